"""A room for apps in which the line to a client can be held up, and let go on again.

What the app sends to that client waits meanwhile, in its order, and so does who awaits the send. It
is what a slow network does, without the megabytes that it takes to fill a real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from ws101.check.apps import AppRoom
from ws101.check.explain import ask
from ws101.check.hosting import Host
from ws101.check.kinds import App
from ws101.check.loops import LoopThread
from ws101.check.players import Player
from ws101.check.verdicts import Unmet

TURNS = 5  # of the app's loop: in so many it has done what a message makes it do
STEP = 0.01  # seconds between two looks


class Line:
    """The way from the app to one client. Lives on the app's loop."""

    def __init__(self, *, held: bool) -> None:
        self._going = asyncio.Event()
        self._turn = asyncio.Lock()
        self.waiting = 0
        if not held:
            self._going.set()

    def hold(self) -> None:
        self._going.clear()

    def go_on(self) -> None:
        self._going.set()

    async def carry(self, send: Any, message: dict[str, Any]) -> None:
        """Send it behind those that wait already. Suspends only where the line is held up."""
        self.waiting += 1
        try:
            async with self._turn:
                await self._going.wait()
                await send(message)
        finally:
            self.waiting -= 1


class Lines:
    """ASGI middleware: every connection of an app goes over a line.

    Attributes:
        hold_next: whether the line to who connects next is held up from its beginning.
        door: open as long as clients that are accepted hear of it at once.
        at_door: how many wait there.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.hold_next = False
        self.door = asyncio.Event()
        self.door.set()
        self.at_door = 0
        self.lines: dict[tuple[str, int], Line] = {}

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        line = self.lines[tuple(scope["client"])] = Line(held=self.hold_next)

        async def send_over_it(message) -> None:
            if message["type"] == "websocket.send":
                await line.carry(send, message)
                return
            if message["type"] == "websocket.accept":
                self.at_door += 1
                await self.door.wait()
                self.at_door -= 1
            await send(message)

        await self._app(scope, receive, send_over_it)


class SlowRoom(AppRoom):
    """An `AppRoom` with lines that can be held up."""

    def __init__(self, lines: Lines, learner: LoopThread, host: Host, path: str) -> None:
        super().__init__(lines, learner, host, path)
        self._lines = lines

    async def join_slowly(self, name: str) -> Player:
        """Connect a client whose line is held up as soon as it is accepted."""
        self._lines.hold_next = True
        try:
            player = await self.join(name)
        finally:
            self._lines.hold_next = False
        self.said.append((f"the line to {name}", "was held up"))
        return player

    async def join_while(self, name: str, happens: Coroutine[Any, Any, None]) -> Player:
        """Connect a client, and let something happen while it is being accepted."""
        await ask(self.learner, self._lines.door.clear)
        joining = asyncio.create_task(self.join(name))
        try:
            for _ in range(int(1.0 / STEP)):
                if self._lines.at_door or joining.done():
                    break
                await asyncio.sleep(STEP)
            self.said.append((name, "is being accepted, which takes a moment"))
            await happens
            await ask(self.learner, self._lines.door.set)
            return await joining
        finally:
            await ask(self.learner, self._lines.door.set)
            happens.close()
            joining.cancel()

    async def hold(self, player: Player) -> None:
        """Hold up the line to a client that is there already."""
        await ask(self.learner, self._line(player).hold)
        self.said.append((f"the line to {player.name}", "was held up"))

    async def go_on(self, player: Player) -> None:
        """Let it go on."""
        await ask(self.learner, self._line(player).go_on)
        self.said.append((f"the line to {player.name}", "went on"))

    async def is_sent(self, player: Player, expected: str, within: float = 1.0) -> None:
        """The app is sending something to a client whose line is held up, or has given it up."""
        visit = self.visit(player.name)
        for _ in range(int(within / STEP)):
            if self._line(player).waiting or (visit and visit.ended):
                return
            await asyncio.sleep(STEP)
        raise Unmet(expected, "nothing", client=player.name, silent=True)

    async def has_taken(self, player: Player, message: str, within: float = 1.0) -> None:
        """Send a message, and go on when the app has received it and got as far as it gets."""
        visit = self.visit(player.name)
        before = len(visit.received) if visit else 0
        await player.send(message)
        for _ in range(int(within / STEP)):
            if visit is None or visit.ended or len(visit.received) > before:
                break
            await asyncio.sleep(STEP)
        await self.settles()

    async def settles(self) -> None:
        """Some turns of the app's loop have gone by."""
        for _ in range(TURNS):
            await ask(self.learner, lambda: None)

    def _line(self, player: Player) -> Line:
        return self._lines.lines[player.ws.local_address]

    async def end(self) -> None:
        for line in list(self._lines.lines.values()):
            await ask(self.learner, line.go_on)
        await super().end()
        self._lines.lines.clear()


class SlowApp(App):
    """An app that is tried in a `SlowRoom`."""

    def room(self, answer: Any, learner: LoopThread) -> SlowRoom:
        lines = Lines(answer)
        options = {"ws_ping_interval": None}  # or it would not hold still while time flies
        return SlowRoom(lines, learner, Host(lines, learner, "your app", options), self.path)
