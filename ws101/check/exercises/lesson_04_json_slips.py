"""Slips of the exercise with JSON."""

from __future__ import annotations

import json
from typing import Any

from ws101.check.case import Case, Slip
from ws101.check.exercises.lesson_04_slips import OTHER, slipped_in_between
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.verdicts import Unmet


class Wrong(Unmet):
    """A message that asks for nothing valid was not answered as it should."""

    sent: str | bytes = ""


def found(got: Any) -> Any:
    """What is in a message, if it is JSON."""
    try:
        return json.loads(got) if isinstance(got, str) else None
    except ValueError:
        return None


def quoted(case: Case) -> str | None:
    """JSON that was made once too often."""
    if not isinstance(found(found(case.unmet.got)), dict):
        return None
    return (
        "What came is JSON of a string that holds JSON. `send_json` makes the JSON itself: give it "
        "the dictionary. A text that is JSON already goes out with `send_text`."
    )


def not_serializable(case: Case) -> str | None:
    """An exception, or what is in it, was sent as JSON."""
    if not isinstance(case.error, TypeError) or "not JSON serializable" not in str(case.error):
        return None
    return "JSON has no exceptions, bytes or models. Send words: `str(error)`, or a text of yours."


def unvalidated(case: Case) -> str | None:
    """A message that is wrong brought the handler down."""
    words = type(case.error).__name__
    if words == "ValidationError":
        return (
            "pydantic raises ValidationError for what does not fit. Catch it, around the reading "
            "of this one message, inside of the loop."
        )
    if words == "JSONDecodeError":
        return (
            "This is no JSON. `receive_json` and `json.loads` raise for it, and the connection "
            "goes with the handler. `Order.model_validate_json(text)` raises ValidationError for "
            "both, bad JSON and bad fields: catch that."
        )
    if isinstance(case.error, AttributeError) and "has no attribute" in str(case.error):
        return 'A model has the fields that you write into it: `set: Literal["on", "off"]`'
    if isinstance(case.error, KeyError | TypeError | AttributeError):
        return "This is JSON, and not what you expect. Let the model look at it before you do."
    return None


def fell_through(case: Case) -> str | None:
    """Behind the error the handler went on as if there were an order."""
    if not isinstance(case.error, UnboundLocalError):
        return None
    sent = [found(deed.payload) for visit in case.visits for deed in visit.sent]
    if not any(isinstance(news, dict) and "error" in news for news in sent):
        return None
    return (
        "The error was told, and the handler went on with an order that is none. Behind the error "
        "it goes on with the next message: `continue`."
    )


def not_to_all(case: Case) -> str | None:
    """A change of which only its sender was told."""
    visit, wanted = case.visit, case.unmet.wanted
    if visit is None or visit.received or not case.unmet.silent or not isinstance(wanted, dict):
        return None
    others = [v for v in case.visits if v.received]
    if not any(found(deed.payload) == wanted for v in others for deed in v.sent):
        return None
    return "The change went back to its sender only. Send it to everybody on the list."


def not_kept(case: Case) -> str | None:
    """A newcomer that was told an old state."""
    visit, wanted = case.visit, case.unmet.wanted
    if visit is None or visit.received or len(visit.sent) != 1 or not isinstance(wanted, dict):
        return None
    news = found(case.unmet.got)
    if wanted.keys() != {"state"} or news != {"state": OTHER[wanted["state"]]}:
        return None
    return "That was the state once. Keep each change where all handlers see it."


def told_again(case: Case) -> str | None:
    """The state, told to somebody who knows it."""
    wanted, news = case.unmet.wanted, found(case.unmet.got)
    if isinstance(case.unmet, Wrong) or not isinstance(wanted, dict) or not isinstance(news, dict):
        return None
    if wanted.keys() == news.keys() == {"state"} and len(case.visits) > 1:
        return "Nothing has changed. The state at once is for the newcomer alone: `websocket`."
    if "error" in news and wanted.keys() == {"state"} and not news["error"]:
        return 'An "error" is told for a wrong message only. This one was right: leave it out.'
    return None


def kind_unseen(case: Case) -> str | None:
    """A binary message."""
    unmet = case.unmet
    if isinstance(case.error, KeyError) and case.error.args[:1] == ("text",):
        return (
            "A binary message came. `receive_text` and `receive_json` know texts only: "
            "`event = await websocket.receive()` gives whichever comes, and "
            '`event.get("text")` is None for bytes.'
        )
    if (
        isinstance(unmet, Wrong)
        and isinstance(unmet.sent, bytes)
        and "state" in (found(unmet.got) or ())
    ):
        return (
            "The message is binary, and was read as if it were a text. Look at the kind first: "
            '`event.get("text") is None`.'
        )
    return None


def let_through(case: Case) -> str | None:
    """A wrong message was taken for a right one."""
    unmet = case.unmet
    if not isinstance(unmet, Wrong) or isinstance(unmet.sent, bytes):
        return None
    news, asked = found(unmet.got), found(unmet.sent)
    if not isinstance(news, dict) or "error" in news or not isinstance(asked, dict):
        return None
    if asked.keys() > {"set"}:
        return (
            "By default a model ignores fields that it does not know. "
            '`class Order(BaseModel, extra="forbid")` refuses them.'
        )
    if "set" not in asked:
        return "`set` is missing, and that is wrong too. A field with a default may be left out."
    if asked["set"] in (True, False, 0, 1):
        return (
            'JSON\'s `true` and `1` are not the text "on". Compare with nothing but the two texts.'
        )
    return 'Only two texts are a state. `Literal["on", "off"]` as the type of `set` says so.'


def told_all(case: Case) -> str | None:
    """An error that others heard of."""
    news = found(case.unmet.got)
    if not isinstance(news, dict) or "error" not in news or case.unmet.client != "bo":
        return None
    return "The error was sent to everybody. It is the sender's: send it to `websocket` alone."


def changed_anyway(case: Case) -> str | None:
    """The error is right, the state beside it is not."""
    news, wanted = found(case.unmet.got), case.unmet.wanted
    if not isinstance(news, dict) or not isinstance(wanted, dict) or "error" not in wanted:
        return None
    if "state" not in news:
        return 'The error is there, the state is not: `{"state": state, "error": "…"}`.'
    if news.get("error") == "":
        return "The error is empty. Say in a few words what is wrong: `str(error)`."
    if not isinstance(news.get("error"), str) and "error" in news:
        return 'What is under "error" is to be a text: `str(error)`, or words of yours.'
    if news["state"] != wanted["state"]:
        return "This message is wrong, and it changed the state. Validate first, then change."
    return None


def untold(case: Case) -> str | None:
    """A newcomer that hears nothing."""
    if case.unmet.wanted != "state" or not case.unmet.silent or case.error:
        return None
    if case.source.not_awaited():
        return None
    return "Send a newcomer the state once it is on the list, before you wait for its messages."


def bare(case: Case) -> str | None:
    """The state without its object, or as Python writes it."""
    got = case.unmet.got
    if not isinstance(got, str):
        return None
    if got in OTHER or found(got) in list(OTHER):
        return 'The state goes into an object: `send_json({"state": state})`.'
    if got.startswith("{'"):
        return "That is how Python writes a dictionary. `send_json` makes JSON of it."
    news = found(got)
    if isinstance(case.unmet, Wrong):
        return None
    if isinstance(news, dict) and "set" in news:
        return 'Clients ask with "set", and are told with "state".'
    if isinstance(news, dict) and news.get("state", "on") not in OTHER.values():
        return "That is no state. A wrong message must have been let through before."
    return None


def ignored(case: Case) -> str | None:
    """Nothing came back for a wrong message."""
    if not isinstance(case.unmet, Wrong) or not case.unmet.silent or case.error:
        return None
    if case.source.not_awaited():
        return None
    return "The message was wrong, and its sender is not told. Answer with the error."


def put_out(case: Case) -> str | None:
    """The client was closed for its wrong message."""
    if not isinstance(case.unmet, Wrong) or case.error or case.unmet.silent:
        return None
    if case.visit is None or not (case.visit.close or case.visit.ended):
        return None
    return (
        "The connection ended with the wrong message. Its sender is to stay: tell it, and go on "
        "with the loop. A `try:` around the whole loop ends it, one inside of the loop does not."
    )


SLIPS: tuple[Slip, ...] = (
    goodbye_unheard,
    quoted,
    not_serializable,
    kind_unseen,
    unvalidated,
    fell_through,
    slipped_in_between,
    not_to_all,
    not_kept,
    told_again,
    untold,
    bare,
    told_all,
    let_through,
    changed_anyway,
    ignored,
    put_out,
)
"""In the order in which they are asked: those that are sure come first."""
