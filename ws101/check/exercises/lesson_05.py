"""Exercise of lesson 05: a heartbeat that only sends, to be mended."""

from __future__ import annotations

import asyncio
import contextlib
import time

from fastapi import WebSocketDisconnect
from websockets import ConnectionClosed

from ws101.check import places
from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.explain import Case, ask
from ws101.check.kinds import App
from ws101.check.players import Player, say
from ws101.check.rooms import Room
from ws101.check.syntax import loop_around
from ws101.check.verdicts import Unmet

LEFT = "nothing left"
"""What a behaviour wants that looks for tasks of somebody who has gone."""
PING = "ping"
RARELY = "/ws?every=8"  # seconds: so rarely that one ping comes in a behaviour
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
    for place in case.unmet.got:
        if (loop := loop_around(place.file, [place.line])) is not None and loop[1]:
            return (
                "The `except` in this task's loop catches everything, its own cancellation as "
                "well, and the loop goes on. Catch only what you expect."
            )
    return (
        "The handler has ended, and a task that it started has not. With each client that leaves "
        "there is one more. `gather` and `wait` do not cancel what they leave: do it in a "
        "`finally:`, with `task.cancel()`, or let a TaskGroup do it."
    )


def no_task(case: Case) -> str | None:
    """A function in place of the coroutine that it makes."""
    if not any(isinstance(e, TypeError) and "coroutine" in str(e) for e in flat(case.error)):
        return None
    return "A task is made of a coroutine, which is what the call gives: `create_task(beat(…))`."


answering = Exercise(
    "answering",
    App(RARELY, route="/ws"),
    hints=(
        "A handler that stands at `asyncio.sleep` does not receive. Two things have to go on at "
        "once, sending pings and receiving texts, and in asyncio each of them is a task.",
        "Put the loop that sends into an `async def beat(websocket, every)`, and one that receives "
        "and answers beside it. `async with asyncio.TaskGroup() as tasks:` and "
        "`tasks.create_task(…)` run both, and the failure of one ends the other.",
        "`receive_text()` raises WebSocketDisconnect when the client has left. Let it out of the "
        "task: the group then cancels the other one and raises a group of exceptions. Around "
        "the `async with`: `try:` … `except* WebSocketDisconnect:` and `pass`. (`iter_text` ends "
        "without an exception, so the group would go on waiting for the pings.)",
    ),
    slips=(grouped, no_task, outlived, unending, talked_over, not_listening, pings_wait),
)


async def standing(room: Room) -> dict[asyncio.Task[None], places.Place]:
    """The learner's tasks, each with its innermost line."""

    def look() -> dict[asyncio.Task[None], places.Place]:
        tasks = {task: places.of_coroutine(task.get_coro()) for task in asyncio.all_tasks()}
        return {task: lines[-1] for task, lines in tasks.items() if lines}

    return await ask(room.learner, look) or {}


async def nothing_left(
    room: Room, before: dict[asyncio.Task[None], places.Place], who: str | None = None
) -> None:
    """No task of the learner's is there that was not there before. They get 1 s to end."""
    left: list[places.Place] = []
    for _ in range(50):
        left = [place for task, place in (await standing(room)).items() if task not in before]
        if not left:
            return
        await asyncio.sleep(0.02)
    expected = f"nothing to go on, now that {who} has left" if who else "nothing to go on"
    raise Unmet(expected, f"a task that stands at {left[0]}", client=who, wanted=LEFT, got=left)


async def talks_until_pinged(room: AppRoom, ana: Player, within: float = 1.2) -> None:
    """Ana says something every 20 ms, is answered each time, and hears two pings meanwhile."""
    room.said.append((ana.name, "says 'and' every 20 ms"))
    pings = 0
    expected = f"two more 'ping', to {ana.name}, who talks without a break"
    until = time.monotonic() + within
    try:
        while pings < 2:
            if time.monotonic() > until:
                came = "only one" if pings else "none"
                raise Unmet(expected, came, client=ana.name, wanted=[PING, PING])
            await ana.ws.send("and")
            while (got := await ana.hears(f"'{SAID}and'", wanted=f"{SAID}and")) == PING:
                pings += 1
            if got != f"{SAID}and":
                raise Unmet(f"'{SAID}and'", say(got), client=ana.name, got=got)
            with contextlib.suppress(TimeoutError):
                pings += await asyncio.wait_for(ana.ws.recv(), 0.02) == PING
    except ConnectionClosed as closed:
        raise Unmet(expected, f"the end of the connection: {closed}", client=ana.name) from None


@answering.behaviour("'ping' comes at once, and each text is answered long before the next one")
async def answers(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.expects(PING)
    for text in ("hi", "are you there?", *"0123456789"):
        await ana.send(text)
        await ana.expects(SAID + text)


@answering.behaviour("When a client leaves, its handler ends, and no task of it goes on")
async def leaves(room: AppRoom) -> None:
    before = await standing(room)
    ana = await room.join("ana")
    await ana.expects(PING)
    await room.leaves_quietly(ana)
    await nothing_left(room, before, "ana")


@answering.behaviour("So it is with one that vanishes without a word, while others stay")
async def vanishes(room: AppRoom) -> None:
    bo = await room.join("bo")
    await bo.expects(PING)
    before = await standing(room)
    ana = await room.join("ana")
    await ana.expects(PING)
    ana.vanish()
    await room.ends_quietly(ana)
    await nothing_left(room, before, "ana")
    await bo.send("still here")
    await bo.expects(f"{SAID}still here")


# What an answer leaves running would go on sending in these two, so they come last.


@answering.behaviour("'ping' comes again and again, to each client")
async def beats(room: AppRoom) -> None:
    ana = await room.join("ana", path="/ws?every=0.05")
    await ana.expects(PING)
    bo = await room.join("bo", path="/ws?every=0.05")
    for _ in range(3):
        await bo.expects(PING)
        await ana.expects(PING)


@answering.behaviour("Who talks without a break hears the pings as well")
async def beats_on(room: AppRoom) -> None:
    ana = await room.join("ana", path="/ws?every=0.1")
    await ana.expects(PING)
    await talks_until_pinged(room, ana)
