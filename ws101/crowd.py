"""Many clients at once, and what real ones do to a server: vanish, hang up, stall, talk nonsense.

    ana, bo, cy = await crowd(server, 3)
    cy.stall()

Each is a real `websockets` connection, `ana.ws`, with a name and with faults by choice.
They live on the loop that made them, a notebook's or a checker's.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from collections.abc import Generator, Iterable, Sequence
from typing import Any, Self

import websockets
from websockets.asyncio.connection import Connection

from ws101 import notebook

NAMES = [
    "ana", "bo", "cy", "di", "ed", "fay", "gus", "hal", "ida", "jo", "kit", "lou", "mia", "ned",
    "oz", "pam", "quin", "ray", "sue", "tom", "uma", "vic", "wes", "xi", "yan", "zoe",
]  # fmt: skip
AT_ONCE = 50  # handshakes under way together
GARBAGE = b"\xf3\x05hello"  # every reserved bit, a reserved opcode, and not masked
NAMED = 50  # a wire with more lanes is not read by name

# proxy: this machine is near. compression: what is said is what goes over the wire, byte for byte,
# and 64 KiB of one letter fill a buffer. ping_interval: who is told to stall must not end itself.
OPTIONS: dict[str, Any] = {
    "proxy": None,
    "compression": None,
    "ping_interval": None,
    "open_timeout": 5,
    "close_timeout": 1,
}


class Client:
    """One end of a connection, with a name and with faults by choice.

    Attributes:
        name: what it is called.
        ws: the `websockets` connection, for everything that is not a fault.
            https://websockets.readthedocs.io/en/stable/reference/asyncio/client.html
    """

    def __init__(self, name: str, ws: Connection) -> None:
        self.name = name
        self.ws = ws
        self._stalled = False
        self._mute = False

    def __repr__(self) -> str:
        state = "stalled" if self._stalled else "mute" if self._mute else self.ws.state.name.lower()
        return f"<Client {self.name}: {state}>"

    async def send(self, message: str | bytes) -> None:
        """Send a text or bytes. Raises `websockets.ConnectionClosed` if nobody is there."""
        await self.ws.send(message)

    async def recv(self, within: float = 5.0) -> str | bytes:
        """The next message.

        Args:
            within: seconds to wait for it.

        Raises:
            TimeoutError: none came.
            websockets.ConnectionClosed: the connection ended first.
        """
        if self._stalled:
            raise RuntimeError(f"{self.name} is stalled and reads nothing: {self.name}.resume()")
        try:
            return await asyncio.wait_for(self.ws.recv(), within)
        except TimeoutError:
            raise TimeoutError(f"{self.name} received nothing within {within:g} s.") from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Leave as one should: with a close frame, answered, within a second or two.

        A client that reads nothing or says nothing cannot do that: it just hangs up.
        """
        if self._stalled or self._mute:
            self.vanish()
        await self.ws.close(code, reason)

    # Faults. The public API of `websockets` cannot break the protocol, so from here on they go
    # behind it, to the connection's `transport`, and nothing else in this package does.

    def vanish(self) -> None:
        """Be gone at once, as a process that crashed: the other side gets a TCP reset (RST)."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # on, for 0 s
        tcp = self.ws.transport.get_extra_info("socket")
        if tcp is not None and tcp.fileno() != -1:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.ws.transport.abort()

    def hang_up(self) -> None:
        """End the TCP connection (FIN) without a close frame before it."""
        self.ws.transport.close()

    def stall(self) -> None:
        """Stop reading from the socket, as behind a closed lid: what is sent piles up."""
        self._stalled = True
        self.ws.transport.pause_reading()

    def resume(self) -> None:
        """Read again after `stall()`."""
        self._stalled = False
        self.ws.transport.resume_reading()

    def mute(self) -> None:
        """Hear everything and never answer again: no message, no pong, no close frame."""
        self._mute = True
        self.ws.transport = _Mute(self.ws.transport)

    def garbage(self, data: bytes = GARBAGE) -> None:
        """Write raw bytes, by default no frame that a client may send."""
        self.ws.transport.write(data)


class _Mute:
    """A transport that swallows whatever is written to it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Swallow it."""

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        """Swallow it too: it would tell that nothing more comes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def connect(url: str, **options: Any) -> Connection:
    """A `websockets` connection to this machine, with deadlines. Options are those of `connect`.

    https://websockets.readthedocs.io/en/stable/reference/asyncio/client.html#opening-a-connection
    """
    return await websockets.connect(url, **(OPTIONS | options))


class Crowd(Sequence[Client]):
    """The clients that `crowd` connects. Made by `await crowd(…)` or `async with crowd(…)`."""

    def __init__(
        self, server: Any, names: Sequence[str], path: str, options: dict[str, Any]
    ) -> None:
        self._url = server if isinstance(server, str) else server.ws_url
        self._wire = getattr(server, "wire", None)
        self._names = names
        self._path = path
        self._options = options
        self._clients: list[Client] = []
        self._predecessors: list[Crowd] = []

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _open(self) -> Self:
        for crowd in self._predecessors:
            await crowd.close()
        gate = asyncio.Semaphore(AT_ONCE)
        opened = await asyncio.gather(
            *(self._join(name, gate) for name in self._names), return_exceptions=True
        )
        self._clients = [client for client in opened if isinstance(client, Client)]
        for error in opened:
            if isinstance(error, BaseException):
                await self.close()
                raise error
        return self

    async def _join(self, name: str, gate: asyncio.Semaphore) -> Client:
        async with gate:
            ws = await connect(self._url + self._path.format(name=name), **self._options)
        if self._wire is not None and len(self._names) <= NAMED:
            self._wire.name(ws, name)
        return Client(name, ws)

    async def close(self) -> None:
        """Close every client, each as it still can, within two seconds or so."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def __getitem__(self, index: Any) -> Any:
        return self._clients[index]

    def __len__(self) -> int:
        return len(self._clients)

    def __repr__(self) -> str:
        return f"<Crowd: {', '.join(client.name for client in self) or 'nobody yet'}>"


_by_cell: dict[str, tuple[str, list[Crowd]]] = {}  # which run of the cell, and its crowds


def crowd(server: Any, who: int | Iterable[str] = 3, *, path: str = "/ws", **options: Any) -> Crowd:
    """Connect several clients to `server`: `ana, bo, cy = await crowd(server, 3)`.

    With `async with crowd(server, 3) as (ana, bo, cy):` they are closed at the end. Otherwise they
    stay until the server stops or the notebook cell that connected them is run again.

    Args:
        server: what `serve` returned, or an address such as "ws://127.0.0.1:8000".
        who: how many, or their names.
        path: where to connect; `{name}` in it stands for the client's name.
        options: of `websockets.connect`, such as `origin="http://elsewhere"`.

    Raises:
        OSError, websockets.InvalidHandshake, TimeoutError: one of them was not let in. Then
            those that were are closed again.
    """
    names = _names(who) if isinstance(who, int) else [who] if isinstance(who, str) else list(who)
    made = Crowd(server, names, path, options)
    cell = notebook.cell(sys._getframe(1).f_code.co_filename)
    if cell is not None:
        which, run = cell
        last_run, crowds = _by_cell.get(which, ("", []))
        if last_run != run:
            made._predecessors, crowds = crowds, []
        crowds.append(made)
        _by_cell[which] = (run, crowds)
    return made


def _names(count: int) -> list[str]:
    rounds = range(1, count // len(NAMES) + 2)
    return [f"{name}{n if n > 1 else ''}" for n in rounds for name in NAMES][:count]
