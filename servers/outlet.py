"""The way out to one client: send without waiting, know what is still unsent, cut the client off.

ASGI can say none of the three. `ws.send()` waits for a client that is behind, and returns while
bytes are still in this process; `ws.close()` waits behind those bytes. uvicorn knows better: it
hands an app bound methods of its own protocol object, which has the transport below. That is no
public API, so this file alone reaches for it, and does without where the server is another one.
Under TLS the last 64 KiB, between asyncio's TLS and the socket, are out of its sight.
"""

import asyncio
import os
import socket
import struct
import types
from collections.abc import Awaitable, Generator
from contextlib import closing, suppress

from fastapi import WebSocket, WebSocketDisconnect

# How a send says that the client is gone: it left; uvicorn gave it up after a ping timeout; we did.
GONE = (WebSocketDisconnect, RuntimeError, TimeoutError)
DONE = object()
AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # linger: yes, for 0 seconds


class Outlet:
    def __init__(self, ws: WebSocket) -> None:
        self.ws = ws
        protocol = getattr(ws._receive, "__self__", None)
        self.transport = getattr(protocol, "transport", None)
        self.writable = getattr(protocol, "writable", None)  # an event, set and cleared by asyncio
        if self.transport and not self.transport.is_closing():
            # So `writable` means: not a byte unsent. TLS pauses at its limit, TCP only above it.
            high = 1 if self.transport.get_extra_info("ssl_object") else 0
            self.transport.set_write_buffer_limits(high, 0)

    def send(self, event: dict) -> Awaitable | None:
        """Send as far as that goes without waiting. Raises what `ws.send()` does, as in `GONE`.

        Returns:
            None if all of it is out: the operating system has it. Or what to `finish`.
        """
        sending = self.ws.send(event.copy())  # its own: a middleware may change it
        if self.writable is None or not self.writable.is_set():
            return sending  # for the writer to begin: a deadline in it hits the task that began it
        steps = sending.__await__()
        future = next(steps, DONE)  # as an event loop does it: run it until it has to wait
        return self.unsent() if future is DONE else resume(steps, future)

    def unsent(self) -> Awaitable | None:
        """None if all that was sent before is out. Or what to `finish`."""
        if self.writable is None or self.writable.is_set():
            return None
        return self.writable.wait()

    async def finish(self, unsent: Awaitable, within: float) -> None:
        """Wait until it is out. A client that does not take it in so many seconds is cut off.

        Raises `TimeoutError` then, and otherwise what `ws.send()` does.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as limit:
                # In two halves: where a blocked loop used up one, the client still has the other.
                half = within / 2
                timer = loop.call_later(half, lambda: limit.reschedule(loop.time() + half))
                try:
                    await unsent
                    if rest := self.unsent():
                        await rest
                finally:
                    timer.cancel()
        except TimeoutError:
            await self.abort()
            raise

    async def abort(self) -> None:
        """End the connection with a reset, and let go of all that waits in it."""
        if self.transport:
            tcp = self.transport.get_extra_info("socket")
            with suppress(OSError, ValueError):  # it may be gone already
                # Or the system would offer the client the last 4 MB for minutes.
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self.transport.abort()
        else:
            with suppress(*GONE):
                async with asyncio.timeout(1):
                    await self.ws.close(1013)


@types.coroutine
def resume(running: Generator, future: asyncio.Future):
    """Go on with what was run by hand until it had to wait for `future`."""
    with closing(running):
        yield future
        yield from running


def as_event(message: str | bytes) -> dict:
    """The ASGI event that sends it, made once for all. What is wrong with it is wrong here."""
    if isinstance(message, str):
        message.encode()  # a text from JSON may hold half a character, which no frame can
        return {"type": "websocket.send", "text": message}
    if isinstance(message, bytes):
        return {"type": "websocket.send", "bytes": message}
    raise TypeError(f"A message is str or bytes, not {type(message).__name__}. json.dumps() it?")
