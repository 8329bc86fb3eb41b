"""Exercise of lesson 05: a heartbeat that only sends, to be mended."""

from __future__ import annotations

import asyncio
import contextlib
import time

from websockets import ConnectionClosed

from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_05_slips import (
    PING,
    SAID,
    grouped,
    no_task,
    not_listening,
    outlived,
    pings_wait,
    talked_over,
    unending,
)
from ws101.check.exercises.tasks import nothing_left, standing, swallowed
from ws101.check.kinds import App
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

RARELY = "/ws?every=8"  # seconds: so rarely that one ping comes in a behaviour


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
    slips=(grouped, no_task, swallowed, outlived, unending, talked_over, not_listening, pings_wait),
)


async def talks_until_pinged(room: AppRoom, ana: Player, within: float = 1.2) -> None:
    """Ana says something every 20 ms, is answered each time, and hears two pings meanwhile."""
    room.said.append((ana.name, "says 'and' every 20 ms"))
    pings = 0
    expected = f"two more 'ping', to {ana.name}, who talks without a break"
    until = time.monotonic() + within
    try:
        while pings < 2:
            if time.monotonic() > until:
                raise Unmet(expected, "fewer", client=ana.name, wanted=[PING, PING])
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
    before = await standing(room)
    ana = await room.join("ana")
    await ana.expects(PING)
    of_ana = await standing(room)
    bo = await room.join("bo")
    await bo.expects(PING)
    of_bo = [task for task in await standing(room) if task not in of_ana]
    ana.vanish()
    await room.ends_quietly(ana)
    await nothing_left(room, [*before, *of_bo], "ana")
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
