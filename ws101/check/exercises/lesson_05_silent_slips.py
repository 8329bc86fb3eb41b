"""What tends to go wrong in a heartbeat that drops silent peers, recognised from what happened."""

from __future__ import annotations

from ws101.check.case import Case, Slip
from ws101.check.exercises.lesson_05_slips import (
    grouped,
    no_task,
    outlived,
    pings_wait,
    unending,
)
from ws101.check.exercises.tasks import swallowed
from ws101.check.goodbyes import goodbye_unheard

STAY = "stays"
"""What a behaviour wants of a client that answers."""
CODE = "a code from 4000 to 4999"
"""What it wants of the close of a silent one."""
ASKED = "asked"
"""That it is asked again, though it says nothing."""
LATER = "later"
"""The same, and that it does not come too early."""
RARE = "rare"
"""That pings do not come too often."""


def too_early(case: Case) -> str | None:
    """Dropped before the time was over."""
    if case.unmet.wanted != LATER:
        return None
    return (
        "Two and a half intervals is the patience: `2.5 * every` seconds. Who answers each ping "
        "may be one interval late already, so less than two would hit the living."
    )


def other_code(case: Case) -> str | None:
    """Dropped with another code."""
    if case.unmet.wanted != CODE or not isinstance(case.unmet.got, int):
        return None
    if case.source.not_awaited():
        return None  # the general slip names the line
    if case.unmet.got == 1006:
        return (
            "The handler ended without closing, so no close frame was sent. Say why: "
            '`await websocket.close(4008, "silent")`'
        )
    return (
        f"The close code was {case.unmet.got}. Codes from 4000 to 4999 are for applications to "
        'choose, and tell the client what it was: `await websocket.close(4008, "silent")`'
    )


def never_dropped(case: Case) -> str | None:
    """A silent client that is kept."""
    if case.unmet.wanted != CODE or case.unmet.got is not None:
        return None
    if any(v.received for v in case.visits):
        return (
            "The silent one stays while others answer. Is there a deadline for this connection "
            "alone, of `2.5 * every` seconds? A clock that all share hears the others."
        )
    return (
        "Pings go out to a client that never answers, and a send to it does not fail. Put a "
        "deadline around each receive: `async with asyncio.timeout(2.5 * every):`"
    )


def living_dropped(case: Case) -> str | None:
    """A client that answered was dropped."""
    if case.unmet.wanted != STAY or case.error is not None:
        return None
    if case.visit is not None and len(case.visit.sent) < 2:
        return (
            "One ping went out to this client, so there was nothing more to answer. The pings go "
            "on, one in each interval, as long as the client is there."
        )
    if case.unmet.client == "ana":
        return (
            "This one answered each ping, and was dropped like a silent one. The deadline is for "
            "one message: when something has come, it begins anew."
        )
    return (
        "This one answered each ping, with something else than 'pong'. Whatever comes shows that "
        "somebody is there: do not look at what it is."
    )


def not_asked(case: Case) -> str | None:
    """No ping while an answer is waited for."""
    if case.unmet.wanted != ASKED:
        return None
    return (
        "While this handler waits for an answer, no ping goes out. They do not depend on "
        "answers: let one task send them, with a clock of its own, and another one receive."
    )


def too_many(case: Case) -> str | None:
    """A ping for each answer."""
    if case.unmet.wanted != RARE:
        return None
    return (
        "Each answer brings the next ping at once, so the two of them never rest. The pings have "
        "a clock of their own: send one, sleep for `every` seconds, and so on."
    )


def texts_only(case: Case) -> str | None:
    """A binary answer that was taken for a text."""
    if not isinstance(case.error, KeyError) or case.error.args[:1] != ("text",):
        return None
    return (
        "A client answered in a binary message, and `receive_text()` knows texts only. "
        "`await websocket.receive()` gives whatever comes, a goodbye as well: then its "
        '["type"] is "websocket.disconnect".'
    )


def timeout_out(case: Case) -> str | None:
    """The deadline was over and nobody caught it."""
    error = case.error
    if isinstance(error, BaseExceptionGroup):
        if error.subgroup(TimeoutError) is None:
            return None
        return (
            "The deadline is over, and it came out of the task group as an ExceptionGroup. "
            "`except* TimeoutError:`, with the star, is the place to close the connection."
        )
    if not isinstance(error, TimeoutError):
        return None
    return "The deadline is over, and nobody catches the TimeoutError. Close the connection there."


def after_close(case: Case) -> str | None:
    """Something was sent after the end."""
    words = str(case.error)
    if isinstance(case.error, BaseExceptionGroup):
        words = " ".join(map(str, case.error.exceptions))
    if "close message has been sent" in words:
        return (
            "A ping was sent after the `close`. The task that sends them has to end before: "
            "cancel it, or leave the task group first."
        )
    return None


ALL: tuple[Slip, ...] = (
    grouped, no_task, timeout_out, goodbye_unheard, texts_only, after_close, too_early, other_code,
    never_dropped, living_dropped, not_asked, too_many, swallowed, outlived, unending, pings_wait,
)  # fmt: skip
