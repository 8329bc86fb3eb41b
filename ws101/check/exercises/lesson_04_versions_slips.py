"""Slips of the exercise with versions."""

from __future__ import annotations

from typing import Any

from ws101.check.case import Case, Slip
from ws101.check.exercises.lesson_04_json_slips import found, quoted
from ws101.check.exercises.lesson_04_slips import Told, never_changed
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.verdicts import Unmet

News = dict[str, Any]


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


class Same(Unmet):
    """A change that sets what the light is already was not made and told."""


class Late(Unmet):
    """Of two changes under way together, not each was told as it was."""


def own_light(case: Case) -> str | None:
    """A light that each handler has for itself."""
    made = case.source.state_of_its_own()
    if len(case.visits) < 2 or not made:
        return None
    return f"Each connection has a light of its own, from {made[0]}. Make it outside."


def both_made(case: Case) -> str | None:
    """Two changes on one version, and both were made."""
    unmet = case.unmet
    news = found(unmet.got)
    together = isinstance(unmet, NotRefused) and unmet.together
    if not (together or isinstance(unmet, Both)) or not isinstance(news, dict) or "error" in news:
        return None
    if isinstance(unmet.wanted, dict) and news.get("version") == unmet.wanted["version"] - 1:
        return None
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
        return (
            "The change was refused, and then made all the same. Behind a refusal the handler goes "
            "on with the next message: `continue`."
        )
    if not isinstance(news.get("version"), int) or news["version"] <= unmet.wanted["version"]:
        return 'Nothing says that it was refused: put an "error" beside the state and the version.'
    if unmet.asked["version"] > unmet.wanted["version"]:
        return "A version that has not been yet is not the current one either. Compare with `!=`."
    return (
        f"The change was made on version {unmet.asked['version']}, and the light had another one "
        "by then. Compare the two before you change anything, whatever the change is."
    )


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


def same_unmade(case: Case) -> str | None:
    """A change that seems to be none."""
    if not isinstance(case.unmet, Same) or case.error or case.source.not_awaited():
        return None
    news = found(case.unmet.got)
    if not case.unmet.silent and not (isinstance(news, dict) and "error" in news):
        return None
    return (
        "This change asks for what is the case already. It is on the current version, so it is "
        "made, counted and told as any other."
    )


def overtaken(case: Case) -> str | None:
    """News that was made only when it was sent."""
    news, wanted = found(case.unmet.got), case.unmet.wanted
    if not isinstance(case.unmet, Late) or not isinstance(news, dict):
        return None
    if news.get("version") != wanted["version"] + 1:
        return None
    return (
        f"{case.unmet.client} is never told version {wanted['version']}. While your loop waited "
        "for a slow line, what it sends was changed. Make the message before the first send, and "
        "send that to all: `news = dict(light)`."
    )


def counted_late(case: Case) -> str | None:
    """The second of two changes under way together was refused, and built on the first."""
    news = found(case.unmet.got)
    if not isinstance(case.unmet, Late) or case.error or case.source.not_awaited():
        return None
    if not case.unmet.silent and not (isinstance(news, dict) and "error" in news):
        return None
    return (
        "The second change was made on the version that the first one leads to, and was refused: "
        "the light was not there yet. Compare, set and count in one go, and send afterwards."
    )


def told_all(case: Case) -> str | None:
    """A refusal that others heard of."""
    news = found(case.unmet.got)
    if isinstance(case.unmet, NotRefused) or not isinstance(news, dict) or "error" not in news:
        return None
    if case.unmet.client == "bo":
        return "This change was on the current version, and was refused. Was the version counted?"
    return "The refusal is the sender's alone. Send it to `websocket`, not to all `clients`."


def miscounted(case: Case) -> str | None:
    """Another version than the next."""
    news, wanted = found(case.unmet.got), case.unmet.wanted
    if isinstance(case.unmet, NotRefused) or not isinstance(wanted, dict):
        return None
    if not isinstance(news, dict) or "error" in news or news.get("state") != wanted.get("state"):
        return None
    if "version" not in news:
        return "All are told the version too, or their next change is refused."
    if news["version"] == wanted.get("version"):
        return None
    return (
        f"Each change counts one, a refused one none: this is version {wanted['version']}, not "
        f"{news['version']}."
    )


SLIPS: tuple[Slip, ...] = (
    never_changed,
    goodbye_unheard,
    quoted,
    own_light,
    put_out,
    error_stays,
    same_unmade,
    overtaken,
    both_made,
    counted_late,
    applied_anyway,
    incomplete,
    unanswered,
    torn,
    told_all,
    miscounted,
)
"""In the order in which they are asked: those that are sure come first."""
