"""Slips of the exercise with versions."""

from __future__ import annotations

from ws101.check.case import Case, Slip
from ws101.check.exercises.lesson_04_json_slips import found, quoted
from ws101.check.exercises.lesson_04_slips import Overtaken, dropped, never_changed
from ws101.check.exercises.lesson_04_versions_refusals import (
    NotRefused,
    applied_anyway,
    both_made,
    error_stays,
    incomplete,
    made_after_all,
    put_out,
    torn,
    unanswered,
)
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.verdicts import Unmet


class Same(Unmet):
    """A change that sets what the light is already was not made and told."""


class Late(Overtaken):
    """The same, of changes with a version."""


def own_light(case: Case) -> str | None:
    """A light that each handler has for itself."""
    made = case.source.state_of_its_own()
    if len(case.visits) < 2 or not made:
        return None
    return f"Each connection has a light of its own, from {made[0]}. Make it outside."


def wrong_key(case: Case) -> str | None:
    """What a client has sent, handed on."""
    news = found(case.unmet.got)
    if not isinstance(news, dict) or "set" not in news or "state" in news:
        return None
    return "The key of the news is `state`; `set` is only in what clients send."


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
    if not isinstance(news.get("version"), int) or news["version"] <= wanted["version"]:
        return None
    return (
        f"{case.unmet.client} is never told version {wanted['version']}. While your loop waited "
        "for a slow line, what it sends was changed. Make the message before the first send, and "
        "send that to all: `news = dict(light)`."
    )


def counted_late(case: Case) -> str | None:
    """Of changes under way together one was refused, and it built on the one before it."""
    news = found(case.unmet.got)
    if not isinstance(case.unmet, Late) or case.error or case.source.not_awaited():
        return None
    if not case.unmet.silent and not (isinstance(news, dict) and "error" in news):
        return None
    return (
        "A change was made on the version that the one before it leads to, and was refused: the "
        "light was not there yet. Compare, set and count in one go, and send afterwards."
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
    wrong_key,
    own_light,
    put_out,
    error_stays,
    same_unmade,
    dropped,
    overtaken,
    both_made,
    counted_late,
    applied_anyway,
    made_after_all,
    incomplete,
    unanswered,
    torn,
    told_all,
    miscounted,
)
"""In the order in which they are asked: those that are sure come first."""
