"""Rooms for answers that are called: functions, and clients, whose server is ours."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
import time
from typing import Any

import websockets
from websockets.asyncio.server import Server, ServerConnection

from ws101.check import places, unawaited
from ws101.check.loops import LoopThread
from ws101.check.places import Stand
from ws101.check.players import Player, patiently, say
from ws101.check.rooms import Room
from ws101.check.verdicts import Unmet, describe
from ws101.wire import View, Wire

LATE = 0.2  # seconds for a client's connection to arrive when its call has ended


class Call:
    """A call of the learner's function that goes on, in the learner's thread.

    Awaiting `returns` gives what it returned.
    """

    def __init__(self, room: FunctionRoom, words: str, args: tuple[Any, ...]) -> None:
        self._room = room
        self._words = words
        self._since = time.monotonic()
        self._task: asyncio.Task[Any] | None = None
        self._failures, self._results = room.failures, room.results  # of the behaviour that calls
        self._future = asyncio.wrap_future(room.learner.submit(self._run(args)))

    async def _run(self, args: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
        self._task = asyncio.current_task()
        try:
            result = self._room.answer(*args)
            if inspect.isawaitable(result):
                result = await result
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self._failures.append(error)
            return None, error  # as a value: some cannot be raised out of a task
        self._results.append(result)
        return result, None

    async def returns(self, within: float = 1.0) -> Any:
        """What it returned. `Unmet` if it raised, or has not returned within so many seconds."""
        try:
            result, error = await patiently(asyncio.shield(self._future), within)
        except TimeoutError:
            raise Unmet(
                f"{self._words} to return within {within:g} s", "nothing", silent=True
            ) from None
        if error is not None:
            raise Unmet(f"{self._words} to return", describe(error), error=error)
        return result

    def stand(self) -> Stand:
        """Where it stands. To be asked on its own loop."""
        return places.stand(self._task, self._since)

    async def ends(self) -> None:
        """Return when it has returned or raised."""
        await asyncio.wait({self._future})

    def cancel(self) -> None:
        """Do not wait for it any more: it is cancelled."""
        self._future.cancel()


class FunctionRoom(Room):
    """Tries a function by calling it.

    Attributes:
        failures, results: what it raised in this behaviour, and what it returned.
    """

    def __init__(self, answer: Any, learner: LoopThread) -> None:
        super().__init__(answer, learner)
        self.failures: list[BaseException] = []
        self.results: list[Any] = []
        self.calls: list[Call] = []

    def start(self, *args: Any, shown: str | None = None) -> Call:
        """Call the learner's function, and go on: the behaviour plays the other side.

        Args:
            args: what it is given.
            shown: the arguments in words, where their `repr` would not help.
        """
        words = f"{self.answer.__name__}({', '.join(map(say, args)) if shown is None else shown})"
        self.said.append(("the check", f"called {words}"))
        call = Call(self, words, args)
        self.calls.append(call)
        return call

    async def returns(self, wanted: Any, *args: Any, within: float = 1.0) -> None:
        """Called with `args`, it returns `wanted`, of the same type."""
        got = await self.start(*args).returns(within)
        self.same(got, wanted, f"{self.answer.__name__}({', '.join(map(say, args))})")

    @property
    def errors(self) -> list[BaseException]:
        return self.failures

    def stands(self) -> list[Stand]:
        return [call.stand() for call in self.calls]

    async def begin(self) -> None:
        await super().begin()
        self.failures, self.results = [], []
        self.calls = []

    async def end(self) -> None:
        for call in self.calls:
            call.cancel()
        # On its own loop, as then each task has begun with the coroutine that it was made of.
        with contextlib.suppress(RuntimeError):  # it is closed
            loop = self.learner.loop
            loop.call_soon_threadsafe(unawaited.close, self.results, self.failures)


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

    async def visitor(self, name: str = "your client", within: float = 1.0) -> Player:
        """The server's end of the next connection, a player: `visitor.vanish()`.

        Args:
            name: what the client is called that is to connect. The player is "the server".
            within: seconds; less if there have been calls and all have ended.
        """
        try:
            ws = await patiently(self._arrival(), within)
        except TimeoutError:
            raise Unmet(f"{name} to connect within {within:g} s", "nobody", silent=True) from None
        player = Player("the server", ws, self._room.said)
        self._room.wire.name(ws.remote_address, name)
        self._room.said.append((name, f"connected to {ws.request.path}"))
        return player

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
    """

    def __init__(self, answer: Any, learner: LoopThread) -> None:
        super().__init__(answer, learner)
        self.wire = Wire("the check's server")
        self._servers: list[Server] = []
        self._mark = 0.0

    async def serve(self, *, listening: bool = True, **options: Any) -> Stage:
        """Make a server. What happens to who connects is up to the behaviour.

        Args:
            listening: if not, its port is taken and refuses, until `Stage.open`.
            options: of `websockets.serve`, such as `process_request`, to refuse a handshake.
        """
        server = await websockets.serve(
            lambda ws: stage.arrived(ws),
            "127.0.0.1",
            0,
            start_serving=listening,
            create_connection=self.wire.tap(ServerConnection),
            **({"close_timeout": 1, "ping_interval": None, "compression": None} | options),
        )
        self._servers.append(server)
        stage = Stage(self, server)
        return stage

    async def raw(self, stage: Stage, data: bytes, within: float = 1.0) -> bytes:
        """Send bytes over a TCP connection of their own and return the head of what comes back."""
        self.said.append(("the check", f"sent your {len(data):,} bytes over TCP"))
        reader, writer = await asyncio.open_connection(stage.host, stage.port)
        self.wire.name(writer, "your bytes")
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

    def conversation(self) -> View | None:
        return self.wire.since(self._mark) if self._servers else None

    async def begin(self) -> None:
        await super().begin()
        self._mark = self.wire.mark()

    async def end(self) -> None:
        await super().end()
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1.5)

    async def __aexit__(self, *_: object) -> None:
        self.wire.close()
