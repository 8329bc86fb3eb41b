"""Slips of the latecomer's exercise."""

from __future__ import annotations

from ws101.check.case import Case, Slip
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.verdicts import Unmet

OTHER = {"on": "off", "off": "on"}


class Told(Unmet):
    """A newcomer was told something else than the state, or nothing."""


class Missed(Unmet):
    """A newcomer was told the old state, and no change came after it.

    Attributes:
        when: the change came while the newcomer was being "accepted" or "told", or was being
            "sent" already when the newcomer came.
    """

    when = "told"


class Overtaken(Unmet):
    """Of changes under way together, not each was told as it was. cy's line was held up."""


class Beside(Unmet):
    """Something came that was no change of the state."""


class Walked(Beside):
    """The same, from a client that joined while a change was going out."""


def never_changed(case: Case) -> str | None:
    """A global that was assigned to as if it were the handler's own."""
    if not isinstance(case.error, UnboundLocalError):
        return None
    name = str(case.error).partition("'")[2].partition("'")[0]
    return (
        f"A function that assigns to a name takes it for its own. `global {name}`, in the first "
        "line of the handler, says that it is the one outside."
    )


def set_changed(case: Case) -> str | None:
    """The clients were walked while somebody joined."""
    if not isinstance(case.error, RuntimeError) or "changed size" not in str(case.error):
        return None
    return "Somebody joined while you walked the clients. Walk a copy: `for client in list(…)`."


def untold(case: Case) -> str | None:
    """Nothing was sent to a newcomer."""
    if not isinstance(case.unmet, Told) or not case.unmet.silent or case.error:
        return None
    if case.visit is None or case.source.not_awaited():
        return None
    if not case.visit.accepted or case.visit.ended:
        return None
    if case.visit.receiving == 0:
        return (
            "The newcomer's handler stands at an `await` before it has told the state. What the "
            "handlers share, such as a lock, is held for a moment, not until a client leaves."
        )
    return (
        "A newcomer is told nothing until somebody changes the state. Send it the state once it is "
        "accepted, before you wait for its first message."
    )


def old_news(case: Case) -> str | None:
    """What a newcomer was told is not the state."""
    if not isinstance(case.unmet, Told) or case.unmet.got not in OTHER:
        return None
    if own := case.source.state_of_its_own():
        return f"Each connection has a state of its own, from {own[0]}. Make it outside."
    return (
        f"{case.unmet.got!r} was the state once. Each change is to be kept where all handlers see "
        "it, as in `late_app.state.light = text`, and a newcomer told what is there when it comes."
    )


def quoted(case: Case) -> str | None:
    """A state in JSON."""
    got = case.unmet.got
    if not isinstance(got, str) or got.strip('"') not in OTHER or got in OTHER:
        return None
    return "The state is a bare text here, without quotes. `send_text` sends it as it is."


def nobody_there(case: Case) -> str | None:
    """A change that went to nobody at all."""
    wanted = case.unmet.wanted
    if isinstance(case.unmet, Told | Missed | Beside) or not case.unmet.silent or case.error:
        return None
    if case.visit is None or case.source.not_awaited():
        return None
    if any(deed.payload == wanted for visit in case.visits for deed in visit.sent):
        return None
    return "The change went to nobody. Is everybody on the list who connects?"


def slipped_in_between(case: Case) -> str | None:
    """Told, and on the list only after an await; or the state is set too late."""
    if not isinstance(case.unmet, Missed):
        return None
    if own := case.source.state_of_its_own():
        return f"Each connection has a state of its own, from {own[0]}. Make it outside."
    if case.unmet.when == "accepted":
        return (
            "The change came during `await websocket.accept()`, and the newcomer was told what had "
            "been the state before. Keep each change, and read the state where you send it, behind "
            "joining."
        )
    if case.unmet.when == "sent":
        return (
            "The change was going out already, and the newcomer was told the old state. Set the "
            "state first, then send: who joins during the sends is told the new one."
        )
    return (
        "Between the telling and the joining lies an `await`, and there the change slipped in. "
        "Put the newcomer on the list first, and send it the state right behind that, with no "
        "other `await` in between."
    )


def dropped(case: Case) -> str | None:
    """Something that waited for the slow line was given up."""
    if not isinstance(case.unmet, Overtaken) or case.unmet.client != "cy" or case.error:
        return None
    if "error" in str(case.unmet.got):  # it was refused something
        return None
    return (
        "cy's line was held up, and what waited for it was not all kept. Here each change counts: "
        "`Hub()` keeps 64 of them, `keep_latest` one."
    )


def overtaken(case: Case) -> str | None:
    """What was sent had changed while the loop waited."""
    if not isinstance(case.unmet, Overtaken):
        return None
    return (
        "While the loop waited for a slow line, the state changed again, and those behind that "
        "line were told what it was by then. Send all of them what was set: `text`."
    )


def joined_too_early(case: Case) -> str | None:
    """Somebody was sent to before it was accepted."""
    if not isinstance(case.error, RuntimeError) or "accept" not in str(case.error):
        return None
    if not any(visit.error is case.error and visit.accepted for visit in case.visits):
        return None
    return (
        "A change was sent to somebody who was on the list and not yet accepted. First `await "
        "websocket.accept()`, then the list."
    )


def too_much(case: Case) -> str | None:
    """A message that nobody should have got."""
    unmet = case.unmet
    if not isinstance(unmet, Beside):
        return None
    if unmet.client == "ana":
        return (
            "ana got the state again, and nothing had changed. Tell each newcomer once, and send "
            "it to `websocket` alone, not to all `clients`."
        )
    if isinstance(unmet, Walked):
        return (
            f"{unmet.client} has heard {unmet.got!r} already: it joined while that was going out, "
            "and was told. Walk a copy of the clients: `for client in list(clients)`."
        )
    return (
        f"{unmet.client} has heard {unmet.got!r} already. What a newcomer is told and what all are "
        "told may not overlap: no `await` between joining and telling, and tell once."
    )


SLIPS: tuple[Slip, ...] = (
    never_changed,
    set_changed,
    joined_too_early,
    goodbye_unheard,
    untold,
    old_news,
    quoted,
    slipped_in_between,
    dropped,
    overtaken,
    too_much,
    nobody_there,
)
"""In the order in which they are asked: those that are sure come first."""
