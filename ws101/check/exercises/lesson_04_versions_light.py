"""The light of the exercise with versions, as its clients see it: told, changed, refused."""

from __future__ import annotations

from json import dumps
from typing import Any

from ws101.check.exercises.lesson_04_json_slips import found
from ws101.check.exercises.lesson_04_lines import SlowRoom
from ws101.check.exercises.lesson_04_slips import OTHER, Told
from ws101.check.exercises.lesson_04_versions_refusals import News, NotRefused
from ws101.check.exercises.lesson_04_versions_slips import Late
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet


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


async def hears_of_all(player: Player, asked: News, light: News, *news: News) -> None:
    """It hears these, in order, and among them that its change is refused, with this light."""
    due, is_due = list(news), True
    while due or is_due:
        try:
            got = await player.hears()
        except Unmet as unmet:
            raise not_refused(unmet, asked, light, player) from None
        if is_due and is_refusal(got, light):
            is_due = False
        elif due and found(got) == due[0]:
            del due[0]
        elif len(due) > 1:
            expected = f"the JSON {say(dumps(due[0]))}, to {player.name}, within 1 s"
            raise Late(expected, say(got), client=player.name, wanted=due[0], got=got)
        else:
            unmet = not_refused(got, asked, light, player)
            unmet.together = True
            raise unmet


async def is_refused(player: Player, light: News, second: News) -> bool:
    """It hears the light, and of the second change; and in between, perhaps, a refusal."""
    await_light, is_refused = True, False
    while True:
        got = await player.hears(f"the light, {dumps(light)}, to {player.name}", wanted=light)
        if is_refusal(got, light):
            is_refused = True
        elif await_light and found(got) == light:
            await_light = False
        elif not await_light and found(got) == second:
            return is_refused
        else:
            expected = f"the light, {dumps(light)}, and then {dumps(second)}, to {player.name}"
            raise Unmet(expected, say(got), client=player.name, wanted=light, got=got)


async def met(room: SlowRoom, *names: str) -> tuple[list[Player], News]:
    """All are there, and have been told the light."""
    players = await room.join(*names)
    light = await told(players[0])
    await all_hear(light, *players[1:])
    return players, light
