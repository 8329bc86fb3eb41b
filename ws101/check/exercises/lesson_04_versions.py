"""Exercise of lesson 04: of two changes at once, one wins, and the other is told."""

from __future__ import annotations

from json import dumps

from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import in_one_turn
from ws101.check.exercises.lesson_04_lines import SlowApp, SlowRoom
from ws101.check.exercises.lesson_04_slips import OTHER
from ws101.check.exercises.lesson_04_versions_light import (
    all_hear,
    change,
    changes,
    hears_of_all,
    is_refused,
    met,
    refused,
)
from ws101.check.exercises.lesson_04_versions_refusals import Both, NotRefused
from ws101.check.exercises.lesson_04_versions_slips import SLIPS, Late, Same

compare_and_set = Exercise(
    "compare_and_set",
    SlowApp("/ws"),
    hints=(
        "What is missing is one question, before anything is changed: is the version in the "
        "message the one that the light has?",
        'If not: `await websocket.send_json({**light, "error": "…"})` to the sender alone, and '
        "`continue`. Nothing is changed, nothing is counted.",
        "Where is the count? Two handlers take turns, and change places at an `await`. Compare, "
        "set the state and count with no `await` in between. Then the sends may take their time.",
    ),
    slips=SLIPS,
)


@compare_and_set.behaviour("A change on the current version reaches everybody, at the next version")
async def goes_through(room: SlowRoom) -> None:
    (ana, bo), light = await met(room, "ana", "bo")
    light = await changes(light, ana, bo)
    light = await changes(light, bo, ana)
    cy = await room.join("cy")
    await all_hear(light, cy)


@compare_and_set.behaviour("So does one that sets what the light is already")
async def sets_the_same(room: SlowRoom) -> None:
    (ana, bo), light = await met(room, "ana", "bo")
    await bo.send_json(change(light, set=light["state"]))
    light = light | {"version": light["version"] + 1}
    await all_hear(light, bo, ana, unmet=Same)
    await changes(light, ana, bo)


@compare_and_set.behaviour("A change on an older version is refused: its sender is told the light")
async def refuses(room: SlowRoom) -> None:
    (ana, bo), old = await met(room, "ana", "bo")
    light = await changes(old, ana, bo)
    await refused(bo, change(light, version=old["version"]), light)
    await refused(bo, change(old), light)  # which would change nothing


@compare_and_set.behaviour("Nobody else hears of it, nothing changes, and its sender may try again")
async def stays_as_it_is(room: SlowRoom) -> None:
    (ana, bo), old = await met(room, "ana", "bo")
    light = await changes(old, ana, bo)
    await refused(bo, change(light, version=old["version"]), light)
    light = await changes(light, bo, ana)
    await changes(light, ana, bo)


@compare_and_set.behaviour("A change on a version that has not been yet is refused as well")
async def refuses_the_future(room: SlowRoom) -> None:
    (ana, bo), light = await met(room, "ana", "bo")
    await refused(bo, change(light, version=light["version"] + 1), light)
    await changes(light, ana, bo)


@compare_and_set.behaviour("Of two on one version one wins, even while its news is held up")
async def one_wins(room: SlowRoom) -> None:
    (ana, cy, bo), old = await met(room, "ana", "cy", "bo")
    light = {"state": OTHER[old["state"]], "version": old["version"] + 1}
    await room.hold(cy)
    await room.has_taken(ana, dumps(change(old)))
    await room.has_taken(bo, dumps(change(old)))
    await room.go_on(cy)
    await all_hear(light, ana)
    await hears_of_all(bo, change(old), light, light)
    await all_hear(light, cy)
    await changes(light, cy, ana, bo)


@compare_and_set.behaviour("Of two that come in the same moment one wins, too")
async def one_wins_at_once(room: SlowRoom) -> None:
    (ana, bo, cy), old = await met(room, "ana", "bo", "cy")
    light = {"state": OTHER[old["state"]], "version": old["version"] + 1}
    second = {"state": old["state"], "version": old["version"] + 2}
    async with in_one_turn(room):
        await ana.send_json(change(old))
        await bo.send_json(change(old))
    await all_hear(light, cy)
    await cy.send_json(change(light))
    await all_hear(second, cy, unmet=Both)
    refusals = sum([await is_refused(player, light, second) for player in (ana, bo)])
    if refusals != 1:
        raise NotRefused("one refusal, to ana or to bo", "two" if refusals else "none")


@compare_and_set.behaviour("Three changes, held up on a slow line, go out, each at its version")
async def each_is_told(room: SlowRoom) -> None:
    (ana, bo, cy, di), light = await met(room, "ana", "bo", "cy", "di")
    first = {"state": OTHER[light["state"]], "version": light["version"] + 1}
    second = {"state": light["state"], "version": light["version"] + 2}
    third = {"state": first["state"], "version": light["version"] + 3}
    await room.hold(cy)
    await room.has_taken(ana, dumps(change(light)))
    await room.has_taken(bo, dumps(change(first)))
    await room.has_taken(di, dumps(change(first)))
    await room.has_taken(cy, dumps(change(second)))
    await room.go_on(cy)
    for news in (first, second, third):
        await all_hear(news, ana, bo, cy, unmet=Late)
    await hears_of_all(di, change(first), second, first, second, third)
    await changes(third, di, ana, bo, cy)


@compare_and_set.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: SlowRoom) -> None:
    (ana, bo), light = await met(room, "ana", "bo")
    await room.leaves_quietly(bo)
    await changes(light, ana)
