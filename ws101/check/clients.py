"""A room for clients and bytes: the server is ours."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import websockets
from websockets.asyncio.server import Server, ServerConnection

from ws101.check.calls import FunctionRoom
from ws101.check.loops import LoopThread
from ws101.check.players import Player, patiently, say
from ws101.check.verdicts import Unmet
from ws101.wire import View, Wire

LATE = 0.2  # seconds between a call's end and what it did last, whichever is heard of first
CLIENT = "your client"
ENDINGS = {1: "st", 2: "nd", 3: "rd"}


class Names:
    """What those who connect are called in a report; who comes again is numbered.

    One is made for each behaviour, and a connection is known by its client's address.
    """

    def __init__(self) -> None:
        self.came: list[list[ServerConnection]] = []  # to each server, in this order
        self._given: dict[Any, str] = {}
        self._newest = CLIENT

    def give(self, name: str, address: tuple[Any, ...]) -> int:
        """Call the client with this address so, and those that came to its server before it.

        Returns which of this name's connections to that server it is, from 1.
        """
        self._newest = name
        self._given[address] = name
        for came in map(_addresses, self.came):
            if address in came:
                until = came[: came.index(address) + 1]
                return [self._given.setdefault(one, name) for one in until].count(name)
        return 1

    def lanes(self) -> Iterator[tuple[Any, str]]:
        """The address of each client, and what to call it."""
        named = [
            [(address, self._given.get(address, self._newest)) for address in _addresses(came)]
            for came in self.came
        ]
        everywhere = Counter(name for clients in named for name in {n for _, n in clients})
        for server, clients in enumerate(named, 1):
            here, seen = Counter(name for _, name in clients), Counter[str]()
            for address, name in clients:
                seen[name] += 1
                at = f" at server {server}" if everywhere[name] > 1 else ""
                which = f", {ordinal(seen[name])}{at}" if at or here[name] > 1 else ""
                yield address, f"{name}{which}"


def _addresses(came: list[ServerConnection]) -> list[Any]:
    # asyncio makes the object first, and connects it in the next turn of the loop.
    return [ws.remote_address for ws in came if hasattr(ws, "transport")]


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th."""
    ending = "th" if number % 100 in (11, 12, 13) else ENDINGS.get(number % 10, "th")
    return f"{number:,}{ending}"


class Stage:
    """A server of the check's own, for the learner's client or bytes. Made by `ClientRoom.serve`.

    Attributes:
        ws_url, host, port: where it is.
    """

    def __init__(self, room: ClientRoom, server: Server) -> None:
        self._room = room
        self._server = server
        self._arrivals: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self.host, self.port = server.sockets[0].getsockname()[:2]
        self.ws_url = f"ws://{self.host}:{self.port}"

    async def open(self) -> None:
        """Listen from now on. For one that was made with `listening=False`."""
        await self._server.start_serving()

    async def visitor(self, name: str = CLIENT, within: float = 1.0) -> Player:
        """The server's end of the next connection, a player: `visitor.vanish()`.

        Args:
            name: what the client is called that is to connect. The player is "the server".
            within: seconds; less if there have been calls and all have ended.
        """
        try:
            ws = await patiently(self._arrival(), within)
        except TimeoutError:
            raise Unmet(f"{name} to connect within {within:g} s", "nobody", silent=True) from None
        count = self._room.names.give(name, ws.remote_address)
        which = f", the {ordinal(count)} connection" if count > 1 else ""
        self._room.said.append((name, f"connected to {ws.request.path}{which}"))
        self._room.visitors.append(ws)
        return Player("the server", ws, self._room.said)

    async def _arrival(self) -> ServerConnection:
        """The next connection. `TimeoutError` once there can be none."""
        arriving = asyncio.ensure_future(self._arrivals.get())
        try:
            for call in self._room.calls:
                ending = asyncio.ensure_future(call.ends())
                await asyncio.wait({arriving, ending}, return_when=asyncio.FIRST_COMPLETED)
                ending.cancel()
            # What connected before its call ended is here soon.
            return await patiently(arriving, LATE if self._room.calls else math.inf)
        finally:
            arriving.cancel()

    async def arrived(self, ws: ServerConnection) -> None:
        """The handler of every connection: hand it over, and keep it open."""
        self._arrivals.put_nowait(ws)
        await ws.wait_closed()


class ClientRoom(FunctionRoom):
    """Tries a client, or bytes, against servers of the check's own.

    Attributes:
        wire: what went over these servers' sockets.
        names: what it calls the clients of this behaviour.
        visitors: the server's end of each connection that a behaviour took.
    """

    def __init__(self, answer: Any, learner: LoopThread) -> None:
        super().__init__(answer, learner)
        self.wire = Wire("the check's server")
        self.names = Names()
        self.visitors: list[ServerConnection] = []
        self._servers: list[Server] = []
        self._mark = 0.0

    async def serve(self, *, listening: bool = True, **options: Any) -> Stage:
        """Make a server. What happens to who connects is up to the behaviour.

        Args:
            listening: if not, its port is taken and refuses, until `Stage.open`.
            options: of `websockets.serve`, such as `process_request`, to refuse a handshake.
        """
        came: list[ServerConnection] = []

        def make(*args: Any, **kwargs: Any) -> ServerConnection:
            came.append(ServerConnection(*args, **kwargs))
            return came[-1]

        server = await websockets.serve(
            lambda ws: stage.arrived(ws),
            "127.0.0.1",
            0,
            start_serving=listening,
            create_connection=self.wire.tap(make),
            **({"close_timeout": 1, "ping_interval": None, "compression": None} | options),
        )
        self._servers.append(server)
        self.names.came.append(came)
        stage = Stage(self, server)
        return stage

    async def raw(self, stage: Stage, data: bytes, within: float = 1.0) -> bytes:
        """Send bytes over a TCP connection of their own and return the head of what comes back."""
        self.said.append(("the check", f"sent your {len(data):,} bytes over TCP"))
        reader, writer = await asyncio.open_connection(stage.host, stage.port)
        self.names.give("your bytes", writer.get_extra_info("sockname"))
        try:
            writer.write(data)
            return await patiently(reader.readuntil(b"\r\n\r\n"), within)
        except TimeoutError:
            raise Unmet("an answer to your bytes", "nothing", silent=True) from None
        except (asyncio.IncompleteReadError, OSError) as error:
            rest = getattr(error, "partial", b"")
            raise Unmet("an answer to your bytes", say(rest) if rest else str(error)) from None
        finally:
            writer.transport.abort()

    async def settle(self) -> None:
        """A client closes its connection first, then its call ends, perhaps with an exception."""
        if any(ws.close_code is not None for ws in self.visitors):
            ending = asyncio.gather(*(call.ends() for call in self.calls))
            with contextlib.suppress(TimeoutError):
                await patiently(ending, LATE)

    def conversation(self) -> View | None:
        if not self._servers:
            return None
        remembered = {recording.address for recording in self.wire.recorder.recordings()}
        for address, name in self.names.lanes():
            if address in remembered:
                self.wire.name(address, name)
        return self.wire.since(self._mark)

    async def begin(self) -> None:
        await super().begin()
        self._mark = self.wire.mark()
        self.names = Names()
        self.visitors = []

    async def end(self) -> None:
        await super().end()
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1.5)

    async def __aexit__(self, *_: object) -> None:
        self.wire.close()
