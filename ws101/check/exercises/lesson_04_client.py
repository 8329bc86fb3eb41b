"""Exercise of lesson 04: a client that tries until its change is made."""

from __future__ import annotations

from typing import Any

from ws101.check.calls import Call
from ws101.check.clients import ClientRoom, Stage
from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_04_client_slips import (
    AGAIN,
    RETURNED,
    SLIPS,
    NotAsked,
    NotGone,
)
from ws101.check.exercises.lesson_04_json_slips import found
from ws101.check.kinds import Client
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

switch = Exercise(
    "switch",
    Client("url", "wanted"),
    hints=(
        "Everything the server sends tells state and version, errors too. So one loop can read it "
        "all: if the state is the wanted one, return.",
        'Send a change in two cases only: after the very first message, and after one with "error" '
        "in it. Its version is the one in that message.",
        "`async for text in ws:` then `news = json.loads(text)`. Keep a flag, `is_asked = False`: "
        '`if not is_asked or "error" in news:` send, and set it.',
    ),
    slips=SLIPS,
)


class Light:
    """The server's side of the conversation with the learner's client."""

    def __init__(
        self, stage: Stage, call: Call, player: Player, room: ClientRoom, wanted: str
    ) -> None:
        self._stage = stage
        self._call = call
        self._player = player
        self._room = room
        self._wanted = wanted
        self._last: dict[str, Any] = {}
        self._asked: int | None = None

    async def tells(self, state: str, version: int, **error: str) -> None:
        self._last = {"state": state, "version": version} | error
        await self._player.send_json(self._last)

    async def refuses(self, state: str, version: int) -> None:
        await self.tells(state, version, error="outdated")

    async def is_asked(self) -> None:
        """The next message is the change, on the version that was told last."""
        wanted = {"set": self._wanted, "version": self._last["version"]}
        expected = f"the JSON {say(wanted)}, from your client, within 1 s".replace("'", '"')
        try:
            got = await self._player.hears(expected)
        except Unmet as unmet:
            if await self._has_come_again():
                raise self._not_asked(expected, AGAIN) from None
            await self._tell_what_it_raised(unmet)
            raise self._not_asked(expected, unmet.came, silent=unmet.silent) from None
        if found(got) != wanted:
            raise self._not_asked(expected, say(got), wanted=wanted, got=got)
        self._room.said.append(("your client", f"sent {say(got)}"))
        self._asked = self._last["version"]

    async def _has_come_again(self) -> bool:
        """Whether there is a second connection."""
        try:
            await self._stage.visitor(within=0.1)
        except Unmet:
            return False
        return True

    async def _has_returned(self) -> bool:
        try:
            await self._call.returns(within=0.1)
        except Unmet:
            return False
        return True

    async def _tell_what_it_raised(self, unmet: Unmet) -> None:
        """Where the client has gone because its code raised, that says more."""
        if not unmet.silent:
            await self._call.returns()

    def _not_asked(self, expected: str, came: str, **more: Any) -> NotAsked:
        unmet = NotAsked(expected, came, client="your client", **more)
        unmet.after = self._last
        unmet.before = self._asked
        return unmet

    async def is_done(self) -> None:
        """It sends nothing more, leaves, and returns the version that was told last."""
        expected = "your client to close the connection, and no other message"
        try:
            await self._player.expects_close(1000)
        except Unmet as unmet:
            did, came = unmet.got, unmet.came
            if unmet.silent and await self._has_returned():
                did, came = RETURNED, "it returned, and the connection is open"
            elif not isinstance(did, str | bytes):
                await self._tell_what_it_raised(unmet)
            raise NotGone(
                expected, came, client="your client", got=did, silent=unmet.silent
            ) from None
        got = await self._call.returns()
        self._room.same(got, self._last["version"], "what it returns")


async def called(room: ClientRoom, wanted: str) -> Light:
    """The learner's client has been called, and is connected."""
    stage = await room.serve()
    call = room.start(stage.ws_url, wanted, shown=f"url, {wanted!r}")
    server = await stage.visitor()
    return Light(stage, call, server, room, wanted)


@switch.behaviour(
    "It asks for the change, on the version that it was told, and returns the new one"
)
async def asks(room: ClientRoom) -> None:
    for wanted, other, version in (("on", "off", 3), ("off", "on", 0)):
        light = await called(room, wanted)
        await light.tells(other, version)
        await light.is_asked()
        await light.tells(wanted, version + 1)
        await light.is_done()


@switch.behaviour("If the light is as wanted already, it asks for nothing")
async def leaves_it(room: ClientRoom) -> None:
    light = await called(room, "on")
    await light.tells("on", 12)
    await light.is_done()


@switch.behaviour("Refused, it tries again on the version that it was told, as often as it takes")
async def tries_again(room: ClientRoom) -> None:
    light = await called(room, "on")
    await light.tells("off", 3)
    await light.is_asked()
    for version in (5, 6, 17, 18):
        await light.refuses("off", version)
        await light.is_asked()
    await light.tells("on", 19)
    await light.is_done()


@switch.behaviour("Refused because somebody else did the same, it is content")
async def is_content(room: ClientRoom) -> None:
    light = await called(room, "off")
    await light.tells("on", 3)
    await light.is_asked()
    await light.refuses("off", 4)
    await light.is_done()


@switch.behaviour("News of others' changes answers nothing: it waits for its own answer")
async def waits(room: ClientRoom) -> None:
    light = await called(room, "on")
    await light.tells("off", 3)
    await light.is_asked()
    await light.tells("off", 4)
    await light.refuses("off", 5)
    await light.is_asked()
    await light.tells("off", 6)
    await light.refuses("off", 7)
    await light.is_asked()
    await light.tells("on", 8)
    await light.is_done()
