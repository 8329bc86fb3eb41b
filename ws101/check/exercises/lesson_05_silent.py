"""Exercise of lesson 05: a heartbeat that drops silent peers and keeps the living."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle

from websockets import ConnectionClosed

from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.exercises import lesson_05_silent_slips as slips
from ws101.check.exercises.lesson_05 import RARELY
from ws101.check.exercises.lesson_05_silent_slips import ASKED, CODE, LATER, RARE, STAY
from ws101.check.exercises.lesson_05_slips import PING
from ws101.check.exercises.tasks import nothing_left, standing
from ws101.check.kinds import App
from ws101.check.players import Player, patiently, say
from ws101.check.verdicts import Unmet

WITHIN = 1.0  # seconds until a silent client must have been dropped: many times what it takes
MOST = 4  # pings until then: one at once, and one after each of three intervals

Answers = Sequence[str | bytes]

drop_silent = Exercise(
    "drop_silent",
    App(RARELY, route="/ws"),
    hints=(
        "Two things go on at once: one task sends the pings, and knows nothing of answers. The "
        "other one receives, and does not wait for ever.",
        "`async with asyncio.timeout(2.5 * every):` around a single receive raises TimeoutError "
        "when nothing has come. In a loop it begins anew with each message, so it measures the "
        "silence since the last one.",
        "Make the task with `beating = asyncio.create_task(beat(websocket, every))`. In a `try:`, "
        "receive in the loop, and return when `receive()` gives the type 'websocket.disconnect'. "
        '`except TimeoutError:` closes with `await websocket.close(4008, "silent")`, and '
        "`finally:` says `beating.cancel()`.",
    ),
    slips=slips.ALL,
)


async def living(player: Player, answers: Answers, heard: list[str | bytes]) -> None:
    """A client that answers each ping, in turn with these, until its connection ends."""
    try:
        for answer in cycle(answers):
            heard.append(await player.ws.recv())
            await player.ws.send(answer)
    except ConnectionClosed:
        pass


async def dropped(bo: Player, within: float = WITHIN) -> int:
    """A client that says nothing hears pings, and then a close code for applications.

    Returns how many pings.
    """
    pings = 0
    expected = f"{bo.name}, who says nothing, to be closed with {CODE}, within three intervals"

    async def until_closed() -> None:
        nonlocal pings
        while (got := await bo.ws.recv()) == PING:
            pings += 1
            if pings > MOST:  # counted, not timed: the server's clock may be slow
                raise Unmet(expected, f"'ping', {pings} times", client=bo.name, wanted=CODE)
        raise Unmet("'ping', or the close", say(got), client=bo.name, got=got)

    try:
        await patiently(until_closed(), within)
    except TimeoutError:
        raise Unmet(expected, "it is still open", client=bo.name, wanted=CODE) from None
    except ConnectionClosed:
        code = int(bo.ws.close_code or 1006)
    if not 4000 <= code <= 4999:
        came = "its end without a close frame (1006)" if code == 1006 else f"code {code}"
        raise Unmet(expected, came, client=bo.name, wanted=CODE, got=code)
    return pings


async def fairly(room: AppRoom, steps: Callable[[AppRoom, float], Awaitable[None]]) -> None:
    """Try it with an interval of 0.08 s, and if what is wrong may be the machine, with longer ones.

    Where that stands still for longer than the patience, even a right answer drops a client that
    answers, and a silent one without its last ping. What is wrong does so at any pace.
    """
    for every in (0.08, 0.16):
        try:
            return await steps(room, every)
        except Unmet as unmet:
            if unmet.wanted not in (STAY, ASKED) or room.errors:
                raise
        await room.end()
        await room.begin()
    await steps(room, 0.3)


@drop_silent.behaviour(
    "'ping' comes at once; and when its client leaves, no task of the handler's goes on"
)
async def leaves(room: AppRoom) -> None:
    before = await standing(room)
    ana = await room.join("ana")
    await ana.expects(PING)
    await room.leaves_quietly(ana)
    await nothing_left(room, before, "ana")
    bo = await room.join("bo")
    await bo.expects(PING)
    await bo.send("pong")
    with contextlib.suppress(TimeoutError, ConnectionClosed):
        await patiently(await bo.ws.ping(), 0.5)  # so that it is not overtaken by the goodbye
    await room.leaves_quietly(bo)
    await nothing_left(room, before, "bo")


@drop_silent.behaviour("Another 'ping' comes after each interval")
async def beats(room: AppRoom) -> None:
    await fairly(room, three_pings)


async def three_pings(room: AppRoom, every: float) -> None:
    """Ana answers two pings and hears the third."""
    ana = await room.join("ana", path=f"/ws?every={every}")
    await ana.expects(PING)
    for _ in range(2):
        await ana.send("pong")
        try:
            await ana.expects(PING)
        except Unmet as unmet:
            if ana.ws.close_code is None:
                raise
            raise Unmet(unmet.expected, unmet.came, client="ana", wanted=STAY) from None


@drop_silent.behaviour("Who says nothing for two and a half intervals is closed, with a 4000 code")
async def drops(room: AppRoom) -> None:
    await fairly(room, two_more_and_the_close)


async def two_more_and_the_close(room: AppRoom, every: float) -> None:
    """Bo says nothing: he is asked three times, then closed, and nothing is left of him."""
    before = await standing(room)
    began = time.monotonic()  # before it connects: no slow machine makes this time shorter
    bo = await room.join("bo", path=f"/ws?every={every}")
    pings = await dropped(bo)
    lasted = time.monotonic() - began
    if lasted < 2 * every:
        expected = f"bo to be kept for two and a half intervals, {2.5 * every:g} s"
        raise Unmet(expected, f"the close after {lasted:.1f} s", client="bo", wanted=LATER)
    if pings < 3:
        expected = "three 'ping' to bo before the close, though he is silent"
        came = str(pings)
        raise Unmet(expected, came, client="bo", wanted=ASKED)
    await room.ends_quietly(bo)
    await nothing_left(room, before, "bo")


@drop_silent.behaviour("Who answers stays, whatever it answers, and the silent one is dropped")
async def keeps(room: AppRoom) -> None:
    await fairly(room, two_live_one_is_silent)


async def two_live_one_is_silent(room: AppRoom, every: float) -> None:
    """Two answer each ping, each in its own way, until the third is dropped, and after that."""
    path = f"/ws?every={every}"
    began = time.monotonic()
    answers: dict[str, Answers] = {"ana": ["pong"], "cy": [b"\x01", "still here"]}
    heard: dict[str, list[str | bytes]] = {name: [] for name in answers}
    tasks: list[asyncio.Task[None]] = []
    try:
        players = {name: await room.join(name, path=path) for name in answers}
        for name, some in answers.items():
            room.said.append((name, f"answers each 'ping', with {' or '.join(map(say, some))}"))
            tasks.append(asyncio.create_task(living(players[name], some, heard[name])))
        bo = await room.join("bo", path=path)
        room.said.append(("bo", "says nothing"))
        await dropped(bo)
        known = {name: len(pings) for name, pings in heard.items()}
        for name, player in players.items():
            await hears_on(player, heard[name], known[name])
            most = (time.monotonic() - began) / every + 2
            if len(heard[name]) > most:
                expected = f"one 'ping' in each interval, to {name}"
                raise Unmet(expected, "many more", client=name, wanted=RARE)
    finally:
        for task in tasks:
            task.cancel()


async def hears_on(player: Player, heard: list[str | bytes], known: int) -> None:
    """One more ping than `known` comes to a client that answers."""
    expected = f"{player.name}, who answers each 'ping', to stay, and to hear the next one"
    for _ in range(50):
        if player.ws.close_code is not None:
            code = int(player.ws.close_code)
            came = f"the end of the connection, with code {code}"
            raise Unmet(expected, came, client=player.name, wanted=STAY, got=code)
        if len(heard) > known:
            return
        await asyncio.sleep(0.02)
    raise Unmet(expected, "nothing", client=player.name, wanted=STAY, silent=True)


@drop_silent.behaviour("One that is frozen, and does not answer the close either, is let go")
async def lets_go(room: AppRoom) -> None:
    before = await standing(room)
    bo = await room.join("bo", path="/ws?every=0.04")
    bo.mute()
    await room.ends_quietly(bo, within=WITHIN)
    await nothing_left(room, before, "bo")
