"""Tasks of the learner's: what they leave running, and what they raise unheard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Any

from ws101.check.case import Case
from ws101.check.explain import ask
from ws101.check.places import Place, of_coroutine
from ws101.check.rooms import Room
from ws101.check.syntax import loop_around
from ws101.check.verdicts import Unmet, describe

LEFT = "nothing left"
"""What a behaviour wants that looks for tasks of somebody who has gone."""

UNHEARD = "no exception unheard"
"""What a behaviour wants in which no task may fail that nobody awaits."""

Tasks = dict[asyncio.Task[None], Place]


async def standing(room: Room) -> Tasks:
    """The learner's tasks, each with its innermost line."""

    def look() -> Tasks:
        tasks = {task: of_coroutine(task.get_coro()) for task in asyncio.all_tasks()}
        return {task: lines[-1] for task, lines in tasks.items() if lines}

    return await ask(room.learner, look) or {}


async def nothing_left(
    room: Room,
    before: Collection[asyncio.Task[None]],
    who: str | None = None,
    held: Tasks | None = None,
) -> None:
    """No task of the learner's is there that was not there before. They get 1 s to end.

    Args:
        who: who has left, for the report.
        held: tasks that were there meanwhile. One that nobody refers to is collected some time,
            and has not ended then.
    """
    left: list[Place] = []
    for _ in range(50):
        left = [place for task, place in (await standing(room)).items() if task not in before]
        if not left:
            return
        await asyncio.sleep(0.02)
    expected = f"nothing to go on, now that {who} has left" if who else "nothing to go on"
    raise Unmet(expected, f"a task that stands at {left[0]}", client=who, wanted=LEFT, got=left)


@contextlib.asynccontextmanager
async def none_unheard(room: Room) -> AsyncIterator[None]:
    """No task fails in this block of which nobody asks what it raised."""
    loop = room.learner.loop
    before = loop.get_exception_handler()
    unheard: list[BaseException] = []

    def note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(context.get("future"), asyncio.Task) and "exception" in context:
            unheard.append(context["exception"])
        elif before is not None:
            before(loop, context)

    loop.set_exception_handler(note)
    try:
        yield
    finally:
        loop.set_exception_handler(before)
    for error in unheard:
        expected = "no exception in a task that nobody awaits"
        raise Unmet(expected, describe(error), wanted=UNHEARD, error=error)


def not_caught(case: Case) -> str | None:
    """A task that nobody awaits has failed."""
    if case.unmet.wanted != UNHEARD:
        return None
    return (
        "It was raised in a task of its own, which nobody awaits, so no `except` can catch it. "
        "`await` the send, in a `try:`."
    )


def swallowed(case: Case) -> str | None:
    """A task whose loop catches its own cancellation."""
    if case.unmet.wanted != LEFT:
        return None
    for place in case.unmet.got:
        if (loop := loop_around(place.file, [place.line])) is not None and loop[1]:
            return (
                "The `except` in this task's loop catches everything, its own cancellation as "
                "well, and the loop goes on. Catch only what you expect."
            )
    return None
