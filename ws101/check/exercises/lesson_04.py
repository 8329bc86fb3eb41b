"""Exercise of lesson 04: the latecomer."""

from __future__ import annotations

import asyncio

from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_04_lines import SlowApp, SlowRoom
from ws101.check.exercises.lesson_04_slips import OTHER, SLIPS, Beside, Missed, Told
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

latecomer = Exercise(
    "latecomer",
    SlowApp("/ws"),
    hints=(
        "Of the line that tells a newcomer the state, the place matters: before `clients.append`, "
        "or behind it? Think of a change that comes while this `await` waits.",
        "Every `await` is a place where another handler may run, and change the state. Between "
        "joining and telling there must be none: join, then send to `websocket` alone.",
        "The second fault: the state is set when the message has gone to everybody. Who joins "
        "meanwhile is told the old one, and is not on the list that is walked. Set it first.",
    ),
    slips=SLIPS,
)


async def told(player: Player, *states: str) -> str:
    """The first message of a newcomer is the state, one of these."""
    states = states or ("on", "off")
    words = " or ".join(map(say, states))
    expected = f"the state, {words}, to {player.name}, within 1 s"
    try:
        got = await player.hears(expected)
    except Unmet as unmet:
        raise Told(expected, unmet.came, client=player.name, silent=unmet.silent) from None
    if got not in states:
        raise Told(expected, say(got), client=player.name, wanted=states[0], got=got)
    return got


async def all_hear(state: str, *players: Player) -> None:
    """The next message of each of them is this change."""
    for player in players:
        expected = f"{say(state)}, to {player.name}, within 1 s"
        got = await player.hears(expected, wanted=state)
        if got != state:
            raise Beside(expected, say(got), client=player.name, wanted=state, got=got)


async def follows(player: Player, before: str, *, late: bool) -> None:
    """A newcomer is told the state before a change or after it, and of the change if before."""
    after = OTHER[before]
    if await told(player, after, before) == after:
        return
    expected = f"the change to {say(after)}, to {player.name}, which was told {say(before)}"
    try:
        got = await player.hears(expected)
    except Unmet as unmet:
        if not unmet.silent:
            raise
        missed = Missed(expected, "nothing", client=player.name, wanted=after)
        missed.late = late
        raise missed from None
    if got != after:
        raise Beside(expected, say(got), client=player.name, wanted=after, got=got)


async def no_more(player: Player, state: str) -> None:
    """It is not told a second time, by somebody who took a moment."""
    try:
        await player.hears_nothing(0.2)
    except Unmet as unmet:
        raise Beside(
            f"no message behind {say(state)}, to {player.name}",
            unmet.came,
            client=player.name,
            wanted=None,
            got=unmet.got,
        ) from None


@latecomer.behaviour("Who connects is told the state at once")
async def tells(room: SlowRoom) -> None:
    ana = await room.join("ana")
    await told(ana)


@latecomer.behaviour("A change reaches everybody, the sender included")
async def changes(room: SlowRoom) -> None:
    ana = await room.join("ana")
    state = await told(ana)
    bo = await room.join("bo")
    await told(bo, state)
    for sender in (ana, bo):
        state = OTHER[state]
        await sender.send(state)
        await all_hear(state, ana, bo)


@latecomer.behaviour("A latecomer is told the state as it is then, and nobody else hears of it")
async def tells_what_is(room: SlowRoom) -> None:
    ana = await room.join("ana")
    state = await told(ana)
    there = [ana]
    for name in ("bo", "cy"):
        state = OTHER[state]
        await ana.send(state)
        await all_hear(state, *there)
        there.append(await room.join(name))
        await told(there[-1], state)
    state = OTHER[state]
    await ana.send(state)
    await all_hear(state, *there)


@latecomer.behaviour("A change right behind a newcomer's handshake: heard once, and in order")
async def changes_at_once(room: SlowRoom) -> None:
    ana = await room.join("ana")
    before = await told(ana)
    bo = await room.join("bo")
    await ana.send(OTHER[before])
    await all_hear(OTHER[before], ana)
    await follows(bo, before, late=False)
    await no_more(bo, OTHER[before])
    await ana.send(before)
    await all_hear(before, ana, bo)


@latecomer.behaviour("A newcomer on a slow line does not miss a change made while it is being told")
async def changes_meanwhile(room: SlowRoom) -> None:
    ana = await room.join("ana")
    before = await told(ana)
    bo = await room.join_slowly("bo")
    await room.is_sent(bo, f"the state, {say(before)}, to bo, within 1 s")
    await room.has_taken(ana, OTHER[before])
    await room.go_on(bo)
    await all_hear(OTHER[before], ana)
    await follows(bo, before, late=False)
    await ana.send(before)
    await all_hear(before, ana, bo)


@latecomer.behaviour(
    "A newcomer does not miss a change already going out, which a slow line holds up"
)
async def changes_before(room: SlowRoom) -> None:
    ana, cy = await room.join("ana", "cy")
    before = await told(ana)
    await told(cy, before)
    await room.hold(cy)
    await room.has_taken(ana, OTHER[before])
    joining = asyncio.create_task(room.join("bo"))
    try:
        await asyncio.wait([joining], timeout=0.3)  # one that lets nobody in meanwhile is right too
        await room.settles()
        await room.go_on(cy)
        bo = await joining
    finally:
        joining.cancel()
    await all_hear(OTHER[before], ana, cy)
    await follows(bo, before, late=True)
    await ana.send(before)
    await all_hear(before, ana, cy, bo)


@latecomer.behaviour("Who has left is off the list, and its handler ended without an exception")
async def forgets(room: SlowRoom) -> None:
    ana, bo = await room.join("ana", "bo")
    before = await told(ana)
    await told(bo, before)
    await room.leaves_quietly(bo)
    await ana.send(OTHER[before])
    await all_hear(OTHER[before], ana)
