"""Slips of the exercise with versions: what should have been refused, and how."""

from __future__ import annotations

from typing import Any

from ws101.check.case import Case
from ws101.check.exercises.lesson_04_json_slips import found
from ws101.check.exercises.lesson_04_slips import Told
from ws101.check.verdicts import Unmet

News = dict[str, Any]

MADE_AFTER_ALL = (
    "The change was refused, and then made all the same. Behind a refusal the handler goes on with "
    "the next message: `continue`."
)


class NotRefused(Unmet):
    """A change on another version than the current one was not refused as it should be.

    Attributes:
        asked: the change.
        together: whether another change was still going out.
    """

    asked: News
    together = False


class Both(Unmet):
    """Of two changes on one version, both seem to have been made."""


def both_made(case: Case) -> str | None:
    """Two changes on one version, and both were made."""
    unmet = case.unmet
    news = found(unmet.got)
    together = isinstance(unmet, NotRefused) and unmet.together
    if not (together or isinstance(unmet, Both)) or not isinstance(news, dict) or "error" in news:
        return None
    if type(news.get("version")) is not int:
        return None
    ahead = news["version"] - unmet.wanted["version"] if isinstance(unmet.wanted, dict) else 0
    if ahead == -1:
        return None
    if ahead > 0:
        return (
            "Both changes were made, one upon the other: the second was not compared with the "
            "version that the first led to. Compare whatever is asked for, and right before you "
            "change it, with no `await` in between."
        )
    return (
        "Both changes were let through. Where an `await` lies between comparing the version and "
        "raising it, the other handler compares there too. Compare, set and count in one go, and "
        "send afterwards."
    )


def applied_anyway(case: Case) -> str | None:
    """The change went through, or something like news came back."""
    unmet = case.unmet
    if not isinstance(unmet, NotRefused) or unmet.silent:
        return None
    news, sent = found(unmet.got), case.visit.sent if case.visit else ()
    if not isinstance(news, dict) or "error" in news:
        return None
    if news.get("state") != unmet.asked["set"] and any("error" in str(d.payload) for d in sent):
        return MADE_AFTER_ALL
    if not isinstance(news.get("version"), int) or news["version"] <= unmet.wanted["version"]:
        return 'Nothing says that it was refused: put an "error" beside the state and the version.'
    if unmet.asked["version"] > unmet.wanted["version"]:
        return "A version that has not been yet is not the current one either. Compare with `!=`."
    return (
        f"The change was made on version {unmet.asked['version']}, and the light had another one "
        "by then. Compare the two before you change anything, whatever the change is."
    )


def made_after_all(case: Case) -> str | None:
    """The same, where somebody else was to hear of another change."""
    news, wanted = found(case.unmet.got), case.unmet.wanted
    if isinstance(case.unmet, NotRefused) or not isinstance(wanted, dict):
        return None
    if not isinstance(news, dict) or "error" in news or news.get("state") == wanted["state"]:
        return None
    if news.get("version") != wanted["version"]:
        return None
    told = [str(deed.payload) for visit in case.visits for deed in visit.sent]
    return MADE_AFTER_ALL if any("error" in text for text in told) else None


def incomplete(case: Case) -> str | None:
    """A refusal that does not help to try again."""
    unmet = case.unmet
    news = found(unmet.got)
    if not isinstance(unmet, NotRefused) or not isinstance(news, dict) or "error" not in news:
        return None
    missing = [key for key in ("state", "version") if key not in news]
    if missing:
        return f"Who is refused cannot try again without the {' and the '.join(missing)} as it is."
    if news["state"] != unmet.wanted["state"]:
        return f"The light is {unmet.wanted['state']}, whatever was asked for. Tell it as it is."
    if news["version"] != unmet.wanted["version"]:
        return (
            f"The light is at version {unmet.wanted['version']}, and a refusal changes nothing. "
            "Tell its own version, neither the client's nor a new one."
        )
    if not isinstance(news["error"], str):
        return 'What is under "error" is to be a text, in words of yours.'
    return None


def unanswered(case: Case) -> str | None:
    """Nobody told the loser."""
    if not isinstance(case.unmet, NotRefused) or not case.unmet.silent or case.error:
        return None
    if case.source.not_awaited():
        return None
    return "The change was refused, and its sender waits for an answer. Tell it the light as it is."


def torn(case: Case) -> str | None:
    """A refusal that is an exception."""
    if not isinstance(case.unmet, NotRefused) or type(case.error) not in (ValueError, Exception):
        return None
    return "An exception ends the connection of who was refused. Send an answer, and go on."


def put_out(case: Case) -> str | None:
    """Who was refused is gone."""
    visit = case.visit
    if visit is None or case.error or case.unmet.got is not None or visit.left:
        return None
    last = found(visit.sent[-1].payload) if visit.sent else None
    if not (visit.ended or visit.close) or not isinstance(last, dict) or "error" not in last:
        return None
    return (
        "The connection ended with the refusal. Its sender is to stay, and may try again: "
        "`continue`, not `break`, `return` or `close`."
    )


def error_stays(case: Case) -> str | None:
    """An error that was written into the light itself."""
    news, wanted = found(case.unmet.got), case.unmet.wanted
    if isinstance(case.unmet, NotRefused) or not isinstance(news, dict) or "error" not in news:
        return None
    if not isinstance(case.unmet, Told) and {**news, **(wanted or {})} != news:
        return None
    return (
        "The error stayed in `light`, and newcomers get it. Make a new dictionary: "
        '`{**light, "error": "…"}`.'
    )
