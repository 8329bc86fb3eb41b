"""Exercise of lesson 03: a connection manager that survives a vanished client."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import cancelled, clog, held_at, in_one_turn, vanish
from ws101.check.exercises.lesson_03_count import counts, left_before
from ws101.check.exercises.lesson_03_slips import (
    awaited_nothing,
    cancels_others,
    changed_size,
    cut_for_another,
    miscounted,
    nobody_kept,
    passed_over,
    said_by_nobody,
    taken_out_twice,
    uncancelled,
    waits_for_the_dead,
)
from ws101.check.exercises.lesson_03_under_way import TITLE, both_stay, second_error
from ws101.check.exercises.tasks import none_unheard, not_caught
from ws101.check.kinds import App

manager = Exercise(
    "manager",
    App("/ws"),
    hints=(
        "First write it for clients that behave: `connect` accepts and appends, `disconnect` "
        "removes, `broadcast` is a loop with a send in it. Then read what the check says of the "
        "vanished one.",
        "The `try` stands inside the loop, around one `await client.send_text(text)`. Where that "
        "raises WebSocketDisconnect or RuntimeError, this client has gone and no other: take it "
        "out, and go on.",
        "Who is taken out while the loop walks the list makes it skip the next one: walk "
        "`list(self.clients)`. And in `disconnect`: `if websocket in self.clients:` remove it.",
    ),
    slips=(
        not_caught, taken_out_twice, second_error, awaited_nothing, changed_size, uncancelled,
        cancels_others, cut_for_another, waits_for_the_dead, nobody_kept, passed_over,
        said_by_nobody, miscounted,
    ),
)  # fmt: skip


@manager.behaviour("A text reaches everyone, its sender included")
async def everyone(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    for sender, text in ((ana, "hi"), (cy, "hello"), (cy, "hello"), (ana, "still me")):
        await sender.send(text)
        for player in (ana, bo, cy):
            await player.expects(text)
    await counts(room, 3)


@manager.behaviour("Who leaves is taken out, and the others go on")
async def leaving(room: AppRoom) -> None:
    left = await left_before(room)
    ana, bo, cy, di = await room.join("ana", "bo", "cy", "di")
    await room.leaves_quietly(bo)
    await ana.send("who is left?")
    for player in (ana, cy, di):
        await player.expects("who is left?")
    await counts(room, 3, left)


@manager.behaviour("Somebody vanishes as a text comes in: all others get it, its sender stays")
async def vanishing(room: AppRoom) -> None:
    ed, bo, cy, ana, di = await room.join("ed", "bo", "cy", "ana", "di")
    async with none_unheard(room):
        async with in_one_turn(room):
            await vanish(bo, di)
            await ana.send("hi")
        for player in (ana, cy, ed):
            await player.expects("hi")
        await cy.send("we are three")
        for player in (ana, cy, ed):
            await player.expects("we are three")


@manager.behaviour("Who vanished is taken out, and to be taken out twice does no harm")
async def taken_out(room: AppRoom) -> None:
    left = await left_before(room)
    ana, bo = await room.join("ana", "bo")
    async with in_one_turn(room):
        await vanish(bo)
        await ana.send("hi")
    await ana.expects("hi")
    await room.ends_quietly(bo)
    await ana.send("still here")
    await ana.expects("still here")
    await counts(room, 1, left)


@manager.behaviour("When all have left, nobody is kept")
async def all_gone(room: AppRoom) -> None:
    left = await left_before(room)
    ana, bo = await room.join("ana", "bo")
    await room.leaves_quietly(ana)
    await vanish(bo)
    await room.ends_quietly(bo)
    await counts(room, 0, left)


manager.behaviour(TITLE)(both_stay)


@manager.behaviour("A handler that is cancelled in the middle of a broadcast ends")
async def stops(room: AppRoom) -> None:
    bo, ana = await room.join("bo", "ana")
    await clog(bo, ana)
    await ana.send("to all")
    await held_at(room, bo, "to all")
    await cancelled(room, ana)
