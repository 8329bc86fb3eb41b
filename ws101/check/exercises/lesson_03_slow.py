"""Exercise of lesson 03: a bounded queue and a writer for each client, the oldest dropped."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import BIG, clog, time_flies, vanish
from ws101.check.exercises.lesson_03_count import counts, left_before
from ws101.check.exercises.lesson_03_slips import awaited_nothing
from ws101.check.exercises.lesson_03_slow_slips import (
    LIMIT,
    MANY,
    UNDER_WAY,
    empty,
    full,
    given_up,
    not_taken_out,
    nothing_received,
    nothing_written,
    one_queue,
    one_written,
    other_policy,
    other_thing,
    twice,
    waits_for_slow,
    writer_left,
    writer_waits,
)
from ws101.check.exercises.tasks import nothing_left, standing, swallowed
from ws101.check.kinds import App
from ws101.check.players import Player
from ws101.check.verdicts import Unmet

slow_client = Exercise(
    "slow_client",
    App("/ws"),
    hints=(
        "Two tasks for each client: its handler receives, and puts each text into everybody's "
        "queue; its writer takes from its own queue, and sends. Only the writer may wait for a "
        "slow client.",
        "`put`: if the queue is full, `get_nowait()` takes the oldest out; then `put_nowait(text)` "
        "has room. `write`: in a `while True:` await `self.waiting.get()`, then await the send.",
        "In the handler: accept, make the `Client`, append it to `clients`, and "
        "`writer = asyncio.create_task(client.write())`. In a `try:` walk `websocket.iter_text()` "
        "and `put` for each client. `finally:` take the client out, and `writer.cancel()`.",
    ),
    slips=(
        full,
        empty,
        other_thing,
        writer_waits,
        twice,
        one_queue,
        given_up,
        waits_for_slow,
        other_policy,
        swallowed,
        writer_left,
        not_taken_out,
        awaited_nothing,
        nothing_written,
        nothing_received,
        one_written,
    ),
)


async def tell_all(ana: Player, cy: Player, texts: list[str]) -> None:
    """Ana says them, and those who read along get each before the next is said."""
    for text in texts:
        await ana.send(text)
        await ana.expects(text)
        await cy.expects(text)


async def stall(bo: Player, ana: Player, cy: Player) -> None:
    """Bo reads nothing any more, and a text to it is under way and does not get out."""
    await clog(bo, ana, cy)
    await tell_all(ana, cy, [UNDER_WAY])


async def read_again(bo: Player, waited: list[str]) -> None:
    """Bo reads what was in the buffers and under way, then what has waited for it."""
    bo.resume()
    await bo.expects(BIG)
    await bo.expects(UNDER_WAY)
    expected = f"{_listed(waited)}, to bo, each within 1 s"
    got: list[str | bytes] = []
    for text in waited:
        got.append(await bo.hears(expected, wanted=text))
        if got[-1] != text:
            got += await _the_rest(bo)
            raise Unmet(expected, _listed(got), client="bo", wanted=waited, got=got)


async def _the_rest(bo: Player) -> list[str | bytes]:
    rest: list[str | bytes] = []
    with contextlib.suppress(Unmet):
        while True:
            rest.append(await bo.hears(within=0.2))
    return rest


def _listed(texts: Sequence[str | bytes]) -> str:
    """Texts in a sentence: the first, the last, and how many."""
    if len(texts) < 3:
        return " and ".join(map(repr, texts))
    return f"{texts[0]!r} to {texts[-1]!r}, {len(texts)} texts"


@slow_client.behaviour("A text reaches everyone, its sender included, and so does the next")
async def everyone(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    for sender, text in ((ana, "hi"), (cy, "hello"), (ana, "still me")):
        await sender.send(text)
        for player in (ana, bo, cy):
            await player.expects(text)


@slow_client.behaviour("While one client reads nothing, the others get every text")
async def others(room: AppRoom) -> None:
    bo, ana, cy = await room.join("bo", "ana", "cy")
    await stall(bo, ana, cy)
    await tell_all(ana, cy, MANY)


@slow_client.behaviour("When it reads again, it gets the newest 8 that waited, and all that follow")
async def newest(room: AppRoom) -> None:
    bo, ana, cy = await room.join("bo", "ana", "cy")
    await stall(bo, ana, cy)
    await tell_all(ana, cy, MANY)
    await time_flies(room)
    await read_again(bo, MANY[-LIMIT:])
    await tell_all(ana, cy, ["and now"])
    await bo.expects("and now")


@slow_client.behaviour("As long as no more than 8 wait, none is dropped")
async def room_for_eight(room: AppRoom) -> None:
    bo, ana, cy = await room.join("bo", "ana", "cy")
    await stall(bo, ana, cy)
    await tell_all(ana, cy, MANY[:LIMIT])
    await read_again(bo, MANY[:LIMIT])


@slow_client.behaviour("Clients that leave, or vanish while they are behind, leave nothing running")
async def all_end(room: AppRoom) -> None:
    left = await left_before(room)
    before = await standing(room)
    bo, ana, cy = await room.join("bo", "ana", "cy")
    await stall(bo, ana, cy)
    await tell_all(ana, cy, MANY[:LIMIT])
    running = await standing(room)
    await vanish(bo)
    await room.ends_quietly(bo)
    await tell_all(ana, cy, ["who is left?"])
    await room.leaves_quietly(ana)
    await room.leaves_quietly(cy)
    await nothing_left(room, before, held=running)
    await counts(room, 0, left)
