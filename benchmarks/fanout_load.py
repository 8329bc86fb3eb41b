"""The load: many clients on one selector, in one thread, cheap enough not to be what is measured.

They speak just enough WebSocket: the handshake, and text messages in one frame, masked with zeros.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import time
from collections.abc import Iterator

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT = 0x81  # the first byte of a text message in one frame
CLOSE = b"\x88\x80\0\0\0\0"
RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
_piece = bytearray(1 << 18)


def frame(payload: bytes, masked: bool) -> bytes:
    """A text message as a client sends it, masked, or as a server does.

    https://www.rfc-editor.org/rfc/rfc6455#section-5.2
    """
    bit, size = (0x80 if masked else 0), len(payload)
    if size < 126:
        head = struct.pack("!BB", TEXT, bit | size)
    elif size < 65_536:
        head = struct.pack("!BBH", TEXT, bit | 126, size)
    else:
        head = struct.pack("!BBQ", TEXT, bit | 127, size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


class Client:
    """One connection. Nothing here waits, except `shake_hands`.

    Attributes:
        open: the handshake is done.
        gone: the server has ended the connection.
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.open = self.gone = False
        self._in = bytearray()
        self._out = bytearray()
        self._write(HANDSHAKE)

    @property
    def settled(self) -> bool:
        """The server has answered the handshake, in one way or the other."""
        return self.open or self.gone

    def shake_hands(self) -> Client:
        """Wait until it is open."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            while not self.open:
                if not selector.select(30) or list(self.read()) or self.gone:
                    raise RuntimeError("the server did not answer a handshake with 101")
        return self

    def send(self, payload: bytes) -> None:
        """Send a message; what the server does not take now goes with the next `flush`."""
        self._write(frame(payload, masked=True))

    def flush(self) -> None:
        if self._out:
            self._write(b"")

    def _write(self, data: bytes) -> None:
        self._out += data
        try:
            del self._out[: self.socket.send(self._out)]
        except BlockingIOError:
            pass
        except OSError:
            self.gone = True
            self._out.clear()

    def read(self) -> Iterator[bytes]:
        """Read from the socket once; the messages that are complete then."""
        try:
            size = self.socket.recv_into(_piece)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        if not size:
            self.gone = True
        self._in += memoryview(_piece)[:size]
        if not self.open:
            head, end, rest = self._in.partition(b"\r\n\r\n")
            if not end:
                return
            self.open = head.startswith(b"HTTP/1.1 101 ")
            self.gone = self.gone or not self.open
            self._in = rest
        yield from self._messages()

    def _messages(self) -> Iterator[bytes]:
        start, available = 0, len(self._in)
        while available >= start + 2:
            size, head = self._in[start + 1], start + 2
            if size > 125:
                head += 2 if size == 126 else 8
                if available < head:
                    break
                size = int.from_bytes(self._in[start + 2 : head])
            if available < head + size:
                break
            if self._in[start] == TEXT:
                yield bytes(self._in[head : head + size])
            start = head + size
        del self._in[:start]

    def leave(self, how: int) -> None:
        """In one of three ways: a close frame, the end of TCP without one, a TCP reset."""
        if how % 3 == 0:
            self._write(CLOSE)
        elif how % 3 == 1:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()


class Crowd:
    """Clients that are read together."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.leave(1)
        self._selector.close()

    def __len__(self) -> int:
        return len(self._selector.get_map())

    @property
    def clients(self) -> list[Client]:
        return [key.data for key in self._selector.get_map().values()]

    def grow(self, port: int, by: int) -> list[Client]:
        """So many more open clients of a server."""
        more = [Client(port).shake_hands() for _ in range(by)]
        for client in more:
            self.watch(client)
        return more

    def watch(self, client: Client) -> None:
        self._selector.register(client.socket, selectors.EVENT_READ, client)

    def forget(self, client: Client) -> None:
        self._selector.unregister(client.socket)

    def read(self, within: float) -> Iterator[tuple[Client, bytes]]:
        """Wait for messages for so many seconds at most; those that came, and who got them."""
        for key, _ in self._selector.select(max(within, 0)):
            for message in key.data.read():
                yield key.data, message
            if key.data.gone:
                self.forget(key.data)

    def fan_out(self, payload: bytes, within: float = 30.0) -> float:
        """Seconds from one client's send until the last of all has the message."""
        expected = frame(payload, masked=False)
        clients = self.clients
        waiting, started = len(clients), time.perf_counter()
        clients[0].send(payload)
        while waiting:
            if time.perf_counter() > started + within:
                raise TimeoutError(f"{waiting} clients did not get a message in {within:g} s")
            for key, _ in self._selector.select(1):  # by hand: a parser would cost too much here
                size = key.fileobj.recv_into(_piece)
                if _piece[:size] != expected:
                    raise RuntimeError(f"a client got {size} bytes, not what was sent to all")
                waiting -= 1
        return time.perf_counter() - started
