"""What tends to go wrong in a heartbeat, recognised from what happened."""

from __future__ import annotations

from fastapi import WebSocketDisconnect

from ws101.check.case import Case
from ws101.check.exercises.tasks import LEFT

PING = "ping"
SAID = "You said: "


def flat(error: BaseException | None) -> list[BaseException]:
    """The exceptions in a group, or the one that is none."""
    if isinstance(error, BaseExceptionGroup):
        return [inner for one in error.exceptions for inner in flat(one)]
    return [] if error is None else [error]


def grouped(case: Case) -> str | None:
    """A goodbye that came out of a task group, and nobody caught it."""
    errors = flat(case.error)
    if case.error in errors or not any(isinstance(e, WebSocketDisconnect) for e in errors):
        return None
    return (
        "The client left. A TaskGroup raises what its tasks raise in an ExceptionGroup, which "
        "`except WebSocketDisconnect:` does not catch. `except* WebSocketDisconnect:` does: mind "
        "the star."
    )


def not_listening(case: Case) -> str | None:
    """A text came, and nobody received it."""
    visit, wanted = case.visit, case.unmet.wanted
    if visit is None or not case.unmet.silent or visit.error or visit.ended:
        return None
    if not isinstance(wanted, str) or not wanted.startswith(SAID):
        return None
    if any(deed.payload == wanted.removeprefix(SAID) for deed in visit.received):
        return None
    return (
        "The text has reached the server, and nothing receives it: this handler waits for "
        "something else. Let one task send the pings and another one receive."
    )


def pings_wait(case: Case) -> str | None:
    """No ping comes to somebody who says nothing."""
    visit = case.visit
    if case.unmet.wanted != PING or not case.unmet.silent or visit is None or visit.ended:
        return None
    if case.source.not_awaited():
        return None  # the general slip names the line
    if not visit.sent:
        return (
            "No ping has gone out to this client. The first one comes at once: before the first "
            "pause, and before anything is received."
        )
    return (
        "The pings have stopped. Does something else wait in their loop, or did another client "
        "end their task? Each connection has a task of its own for them."
    )


def talked_over(case: Case) -> str | None:
    """Each text that comes puts the next ping off, or brings it nearer."""
    wanted = case.unmet.wanted
    if case.unmet.got == PING and isinstance(wanted, str) and wanted.startswith(SAID):
        return "This `ping` is early. A text that comes does not make the next one due: time does."
    if wanted != [PING, PING]:
        return None
    return (
        "Each text that comes puts off the next ping, as if the wait began anew. The pings have "
        "a clock of their own: let a task send them that does not care what comes in."
    )


def unending(case: Case) -> str | None:
    """A handler that outlives its client."""
    visit = case.visit
    if visit is None or visit.ended or visit.error or "to end" not in case.unmet.expected:
        return None
    if not visit.left:
        return (
            "The client has gone, and nobody receives that. A send fails late or never; a receive "
            "hears of it at once."
        )
    return (
        "The receiving has heard of the end, and the sending goes on. `iter_text` and "
        "`except WebSocketDisconnect` end the one only: the end of one has to end the other."
    )


def outlived(case: Case) -> str | None:
    """A task that goes on when its client has gone."""
    if case.unmet.wanted != LEFT:
        return None
    return (
        "The handler has ended, and a task that it started has not. With each client that leaves "
        "there is one more. `gather` and `wait` do not cancel what they leave: do it in a "
        "`finally:`, with `task.cancel()`, or let a TaskGroup do it. Each connection keeps its own "
        "task, in a name of its own."
    )


def no_task(case: Case) -> str | None:
    """A function in place of the coroutine that it makes."""
    if not any(isinstance(e, TypeError) and "coroutine" in str(e) for e in flat(case.error)):
        return None
    return "A task is made of a coroutine, which is what the call gives: `create_task(beat(…))`."
