"""A room for apps: served for real, tried by real clients."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from dataclasses import replace
from functools import partial
from typing import Any, Self, overload

from websockets import ClientConnection, InvalidHandshake, InvalidMessage, InvalidStatus

from ws101 import crowd
from ws101.check.hosting import Host
from ws101.check.loops import LoopThread
from ws101.check.places import Stand
from ws101.check.players import Player, patiently
from ws101.check.probe import Visit
from ws101.check.rooms import NotStarted, Room
from ws101.check.verdicts import Unmet, describe
from ws101.wire import View

GOODBYE = 0.3  # seconds for a closing handshake between two behaviours
START_WITHIN = 2.0  # seconds for the app's lifespan to start


class AppRoom(Room):
    """Tries an app, served for real, with real clients.

    Attributes:
        host: where it is served: `host.url`, `host.ws_url`.
        path: where clients connect if nothing else is said.
    """

    def __init__(self, answer: Any, learner: LoopThread, host: Host, path: str) -> None:
        super().__init__(answer, learner)
        self.host = host
        self.path = path
        self._players: list[Player] = []
        self._addresses: dict[str, list[Any]] = {}  # of each client, refused ones included
        self._first_visit = 0
        self._first_error = 0
        self._mark = 0.0

    async def __aenter__(self) -> Self:
        try:
            started = await patiently(asyncio.wrap_future(self.host.start()), START_WITHIN)
        except TimeoutError:
            raise NotStarted(None) from None
        if not started:
            raise NotStarted(self.host.probe.lifespan_error)
        return self

    async def __aexit__(self, *_: object) -> None:
        # Coroutines that were never awaited complain when they go. They are to do so here, and
        # not under a cell of the notebook.
        for error in self.host.probe.errors:
            self.learner.capture(partial(traceback.clear_frames, error.__traceback__))
        await self.host.stop()

    # What behaviours say

    @overload
    async def join(self, name: str, /, *, path: str | None = None, **options: Any) -> Player: ...
    @overload
    async def join(
        self, name: str, second: str, /, *more: str, path: str | None = None, **options: Any
    ) -> list[Player]: ...
    async def join(self, *names, path=None, **options):
        """Connect a client, or several at once: `ana, bo = await room.join("ana", "bo")`.

        Args:
            names: what to call them.
            path: where; by default the exercise's own. `{name}` in it is the client's name.
            options: of `websockets.connect`, such as `origin="http://elsewhere"`.
        """
        players = [await self._join(name, path or self.path, options) for name in names]
        return players if len(players) > 1 else players[0]

    async def _join(self, name: str, path: str, options: dict[str, Any]) -> Player:
        path = path.format(name=name)
        self.said.append((name, f"asked to connect to {path}"))
        expected = f"101 Switching Protocols, to {name}, within 1 s"
        try:
            ws = await self._connect(name, path, options)
        except InvalidStatus as refusal:
            status = refusal.response.status_code
            raise Unmet(expected, f"HTTP {status}", client=name, wanted=101, got=status) from None
        except TimeoutError:
            raise Unmet(
                expected, "no answer to the handshake", client=name, wanted=101, silent=True
            ) from None
        except (InvalidHandshake, InvalidMessage, OSError, EOFError) as error:
            raise Unmet(expected, f"no handshake: {error}", client=name, wanted=101) from None
        player = Player(name, ws, self.said)
        self._players.append(player)
        return player

    async def refused(
        self, name: str, *, status: int = 403, path: str | None = None, **options: Any
    ) -> None:
        """A client asks to connect and is refused with this HTTP status, before any 101."""
        path = (path or self.path).format(name=name)
        self.said.append((name, f"asked to connect to {path}"))
        expected = f"HTTP {status}, to {name}: no connection"
        try:
            ws = await self._connect(name, path, options)
        except InvalidStatus as refusal:
            got = refusal.response.status_code
            if got != status:
                raise Unmet(expected, f"HTTP {got}", client=name, wanted=status, got=got) from None
            return
        except (InvalidHandshake, InvalidMessage, OSError, EOFError, TimeoutError) as error:
            raise Unmet(expected, f"no answer: {error}", client=name, wanted=status) from None
        self._players.append(Player(name, ws, self.said))
        raise Unmet(expected, "101 Switching Protocols", client=name, wanted=status, got=101)

    async def _connect(self, name: str, path: str, options: dict[str, Any]) -> Any:
        made: list[ClientConnection] = []

        def make(*args: Any, **kwargs: Any) -> ClientConnection:
            made.append(ClientConnection(*args, **kwargs))
            return made[-1]

        url = self.host.ws_url + path
        try:
            return await patiently(crowd.connect(url, create_connection=make, **options), 1.0)
        finally:
            for ws in made:
                with contextlib.suppress(AttributeError, ValueError):  # TCP did not connect
                    self._addresses.setdefault(name, []).append(ws.local_address)
                    self.host.wire.name(ws, name)

    async def leaves_quietly(self, player: Player, within: float = 1.0) -> None:
        """The client closes, and its handler comes to its end without an exception."""
        with contextlib.suppress(TimeoutError):
            await patiently(player.close(), within)
        await self.ends_quietly(player, within)

    async def ends_quietly(self, client: Player | str, within: float = 1.0) -> None:
        """The handler of a client that has gone comes to its end without an exception.

        Args:
            client: who it is; by its name if it was refused.
            within: seconds.
        """
        name = client if isinstance(client, str) else client.name
        expected = f"the handler of {name} to end, without an exception, within {within:g} s"
        visit = self.visit(name)
        if visit is None:
            return
        for _ in range(int(within / 0.02)):
            if visit.ended:
                break
            await asyncio.sleep(0.02)
        if visit.error is not None:
            came = describe(visit.error)
            raise Unmet(expected, came, client=name, error=visit.error)
        if not visit.ended:
            raise Unmet(expected, "it has not ended", client=name, silent=True)

    # For the report

    @property
    def errors(self) -> list[BaseException]:
        return self.host.probe.errors[self._first_error :]

    @property
    def visits(self) -> list[Visit]:
        return self.host.probe.visits[self._first_visit :]

    def stands(self) -> list[Stand]:
        return [replace(visit.stand(), client=self._client_of(visit)) for visit in self.visits]

    def _client_of(self, visit: Visit) -> str:
        names = (name for name, known in self._addresses.items() if visit.address in known)
        return next(names, "")

    def visit(self, name: str | None) -> Visit | None:
        visits = list(reversed(self.visits))
        if name in self._addresses:
            return next((v for v in visits if v.address in self._addresses[name]), None)
        joined = {player.ws.local_address for player in self._players}
        return next((v for v in visits if v.address not in joined), None)

    def conversation(self) -> View | None:
        return self.host.wire.since(self._mark)

    async def begin(self) -> None:
        await super().begin()
        self._players = []
        self._addresses = {}
        self._first_visit = len(self.host.probe.visits)
        self._first_error = len(self.host.probe.errors)
        self._mark = self.host.wire.mark()

    async def end(self) -> None:
        try:
            closing = (crowd.Client.close(player) for player in self._players)
            await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), GOODBYE)
        except TimeoutError:
            pass
        finally:
            for player in self._players:
                crowd.Client.vanish(player)  # tidying up, and nothing that it did
        for _ in range(15):  # handlers that hear of it end now, before the next clients come
            if all(visit.ended for visit in self.visits):
                break
            await asyncio.sleep(0.02)
