"""Exercise of lesson 04: of two changes at once, one wins, and the other is told."""

from __future__ import annotations

from json import dumps
from typing import Any

from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_04_json_slips import found
from ws101.check.exercises.lesson_04_lines import SlowApp, SlowRoom
from ws101.check.exercises.lesson_04_slips import OTHER, Told
from ws101.check.exercises.lesson_04_versions_slips import (
    SLIPS,
    Late,
    News,
    NotRefused,
    Same,
)
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

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


async def told(player: Player) -> News:
    """The first message of a newcomer is the light, at whichever version."""
    expected = f'the light, such as {{"state": "off", "version": 0}}, to {player.name}, within 1 s'
    got = await player.hears(expected)
    news = found(got)
    if not (
        isinstance(news, dict)
        and news.keys() == {"state", "version"}
        and news["state"] in list(OTHER)
        and type(news["version"]) is int
    ):
        raise Told(expected, say(got), client=player.name, got=got)
    return news


def change(light: News, **other: Any) -> News:
    """What a client sends that saw this light and wants the other state."""
    return {"set": OTHER[light["state"]], "version": light["version"]} | other


async def all_hear(light: News, *players: Player, unmet: type[Unmet] = Unmet) -> None:
    """The next message of each of them is the light. What to raise if not: it tells the slip."""
    for player in players:
        try:
            await player.expects_json(light)
        except Unmet as other:
            raise unmet(
                other.expected, other.came, client=other.client, wanted=other.wanted,
                got=other.got, silent=other.silent,
            ) from None  # fmt: skip


async def changes(light: News, sender: Player, *others: Player) -> News:
    """A change on the current version reaches everybody. Returns the light as it is then."""
    await sender.send_json(change(light))
    light = {"state": OTHER[light["state"]], "version": light["version"] + 1}
    await all_hear(light, sender, *others)
    return light


def is_refusal(got: str | bytes, light: News) -> bool:
    news = found(got)
    if not isinstance(news, dict) or not news.keys() >= {"state", "version", "error"}:
        return False
    return all(news[k] == light[k] for k in light) and isinstance(news["error"], str)


def not_refused(got: str | bytes | Unmet, asked: News, light: News, player: Player) -> NotRefused:
    """What to raise where this came in place of a refusal."""
    such = '"error": "…"'
    expected = (
        f'a refusal with "state": "{light["state"]}", "version": {light["version"]} and {such}, '
        f"to {player.name}, within 1 s"
    )
    if isinstance(got, Unmet):
        unmet = NotRefused(expected, got.came, client=player.name, wanted=light, silent=got.silent)
    else:
        unmet = NotRefused(expected, say(got), client=player.name, wanted=light, got=got)
    unmet.asked = asked
    return unmet


async def refused(player: Player, asked: News, light: News) -> None:
    """A change is refused, and its sender told the light as it is."""
    await player.send_json(asked)
    try:
        got = await player.hears()
    except Unmet as unmet:
        raise not_refused(unmet, asked, light, player) from None
    if not is_refusal(got, light):
        raise not_refused(got, asked, light, player)


async def met(room: SlowRoom, *names: str) -> tuple[list[Player], News]:
    """All are there, and have been told the light."""
    players = await room.join(*names)
    light = await told(players[0])
    await all_hear(light, *players[1:])
    return players, light


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
    heard = [await bo.hears("the light, and a refusal, to bo, within 1 s") for _ in range(2)]
    heard.sort(key=lambda got: is_refusal(got, light))  # in whichever order
    if not is_refusal(heard[1], light):
        unmet = not_refused(heard[1], change(old), light, bo)
        unmet.together = True
        raise unmet
    bo_same = found(heard[0])
    if bo_same != light:
        raise Unmet(
            f"the light, {dumps(light)}, to bo", say(heard[0]),
            client="bo", wanted=light, got=heard[0],
        )  # fmt: skip
    await all_hear(light, cy)
    await changes(light, cy, ana, bo)


@compare_and_set.behaviour("Two changes go out, each at its version, even while one is held up")
async def both_are_told(room: SlowRoom) -> None:
    (ana, bo, cy, di), light = await met(room, "ana", "bo", "cy", "di")
    first = {"state": OTHER[light["state"]], "version": light["version"] + 1}
    second = {"state": light["state"], "version": light["version"] + 2}
    await room.hold(cy)
    await room.has_taken(ana, dumps(change(light)))
    await room.has_taken(bo, dumps(change(first)))
    await room.go_on(cy)
    for news in (first, second):
        await all_hear(news, ana, bo, cy, di, unmet=Late)
    await changes(second, di, ana, bo, cy)


@compare_and_set.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: SlowRoom) -> None:
    (ana, bo), light = await met(room, "ana", "bo")
    await room.leaves_quietly(bo)
    await changes(light, ana)
