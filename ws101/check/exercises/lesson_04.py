"""Exercise of lesson 04: the latecomer."""

from __future__ import annotations

import asyncio

from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import time_flies
from ws101.check.exercises.lesson_04_lines import SlowApp, SlowRoom
from ws101.check.exercises.lesson_04_slips import (
    OTHER,
    SLIPS,
    Beside,
    Missed,
    Overtaken,
    Told,
    Walked,
)
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

latecomer = Exercise(
    "latecomer",
    SlowApp("/ws"),
    hints=(
        "Two lines matter by their place: the one that tells a newcomer the state, before "
        "`clients.append` or behind it? And the one that sets it, behind the sends or before them? "
        "Think of what comes while an `await` waits.",
        "The telling: every `await` is a place where another handler may run, and change the "
        "state. Between joining and telling there must be none: join, then send to `websocket` "
        "alone.",
        "The setting: who joins while the message goes to everybody is told the old state, and is "
        "not on the list that is walked. Set it first, then send.",
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


async def all_hear(state: str, *players: Player, unmet: type[Unmet] = Beside) -> None:
    """The next message of each of them is this change. What to raise if not: it tells the slip."""
    for player in players:
        expected = f"{say(state)}, to {player.name}, within 1 s"
        got = await player.hears(expected, wanted=state)
        if got != state:
            raise unmet(expected, say(got), client=player.name, wanted=state, got=got)


async def follows(player: Player, before: str, when: str) -> None:
    """A newcomer is told the state before a change or after it, and of the change if before.

    Args:
        when: what was under way when the change came, for the report: see `Missed`.
    """
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
        missed.when = when
        raise missed from None
    if got != after:
        raise Beside(expected, say(got), client=player.name, wanted=after, got=got)


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
    await time_flies(room)
    for sender in (ana, bo):
        state = OTHER[state]
        await sender.send(state)
        await all_hear(state, ana, bo)


@latecomer.behaviour("A latecomer is told the state as it is then, and nobody else hears of it")
async def tells_what_is(room: SlowRoom) -> None:
    ana = await room.join("ana")
    state = await told(ana)
    await time_flies(room)
    there = [ana]
    for name in ("bo", "cy"):
        state = OTHER[state]
        await ana.send(state)
        await all_hear(state, *there)
        there.append(await room.join(name))
        await told(there[-1], state)
        await time_flies(room)
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
    await time_flies(room)  # whatever the newcomer's handler waits for is over now
    await follows(bo, before, "told")
    await ana.send(before)
    await all_hear(before, ana, bo)


@latecomer.behaviour("A change while a newcomer is being accepted is not missed, and harms nobody")
async def changes_at_the_door(room: SlowRoom) -> None:
    ana = await room.join("ana")
    before = await told(ana)
    change = room.has_taken(ana, OTHER[before])
    bo = await room.join_while("bo", change)
    await all_hear(OTHER[before], ana)
    await follows(bo, before, "accepted")
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
    await follows(bo, before, "told")
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
    await follows(bo, before, "sent")
    await ana.send(before)
    await all_hear(before, ana, cy, bo, unmet=Walked)


@latecomer.behaviour("Of three changes, held up on a slow line, all hear each, in order")
async def three_changes(room: SlowRoom) -> None:
    ana, cy, bo = await room.join("ana", "cy", "bo")
    before = await told(ana)
    await told(cy, before)
    await told(bo, before)
    await time_flies(room)
    await room.hold(cy)
    await room.has_taken(ana, OTHER[before])
    await room.has_taken(bo, before)
    await room.has_taken(cy, OTHER[before])
    await room.go_on(cy)
    for state in (OTHER[before], before, OTHER[before]):
        await all_hear(state, ana, bo, cy, unmet=Overtaken)


@latecomer.behaviour("Who has left is off the list, and its handler ended without an exception")
async def forgets(room: SlowRoom) -> None:
    ana, bo = await room.join("ana", "bo")
    before = await told(ana)
    await told(bo, before)
    await room.leaves_quietly(bo)
    await ana.send(OTHER[before])
    await all_hear(OTHER[before], ana)
