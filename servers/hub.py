"""The hub: one message to everyone, at once, and nobody waits for the slowest.

    await ws.accept()
    with hub.join(ws):
        async for text in ws.iter_text():
            await hub.broadcast(text)

`outlet.py` has how a message goes out, `policies.py` what becomes of those that cannot.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from fastapi import WebSocket
from fastapi.websockets import WebSocketState

from servers.outlet import GONE, Outlet, as_event
from servers.policies import Policy, disconnect

logger = logging.getLogger("uvicorn.error")  # the one that uvicorn shows


class Hub:
    """Clients that all get the same messages, in the same order.

    Args:
        when_full: what becomes of a message for a client for whom `bound` others wait already.
        bound: how many may wait for one client, beside the one that is under way to it. No more
            than these are kept for it.
        send_within: seconds until a message under way must have left this process. A client that
            does not take it is cut off, and nothing is kept for it any more.
    """

    def __init__(
        self, when_full: Policy = disconnect, bound: int = 64, send_within: float = 5.0
    ) -> None:
        if bound < 1:
            raise ValueError("bound: one message at least, or a hub could not even say goodbye.")
        self.when_full = when_full
        self.bound = bound
        self.send_within = send_within
        self.members: dict[WebSocket, Member] = {}

    @contextmanager
    def join(self, ws: WebSocket) -> "Iterator[Member]":
        """`with hub.join(ws) as member:` every broadcast goes to it until the block ends."""
        if ws.application_state is not WebSocketState.CONNECTED or ws in self.members:
            raise RuntimeError("A client joins a hub once, after `await ws.accept()`.")
        member = self.members[ws] = Member(self, ws)
        try:
            yield member
        finally:
            member.leave()

    async def broadcast(self, message: str | bytes) -> None:
        """Send to every member. Waits for none of them, and fails for none of them."""
        event = as_event(message)
        # No await in this loop: nobody joins or leaves meanwhile, and no other message comes in
        # between. A copy, because who turns out to be gone is taken out.
        for member in list(self.members.values()):
            member.put(event)
        await asyncio.sleep(0)  # a turn for the others, or a client that floods would have all


class Member:
    """A client of a hub, what waits for it, and a task that lives only while something does."""

    def __init__(self, hub: Hub, ws: WebSocket) -> None:
        self.hub = hub
        self.ws = ws
        self.outlet = Outlet(ws)
        self.backlog: deque[dict] = deque()
        self.writer: asyncio.Task | None = None

    def send(self, message: str | bytes) -> None:
        """Send to this client alone, in its turn among the broadcasts. Does not wait."""
        event = as_event(message)
        if self.hub.members.get(self.ws) is self:
            self.put(event)

    async def close(self, code: int, reason: str = "") -> None:
        """Leave, drop what waits, and close. Returns when that is done, or the client cut off."""
        self.leave()
        self.backlog.clear()
        self.put({"type": "websocket.close", "code": code, "reason": reason})
        if self.writer:
            await asyncio.wait([self.writer])

    def put(self, event: dict) -> None:
        """Send it now if nothing waits before it, else see that it waits. Does not wait itself."""
        try:
            if self.writer is None:
                if unsent := self.outlet.send(event):
                    self.writer = asyncio.create_task(self.write(unsent))
            elif len(self.backlog) < self.hub.bound:
                self.backlog.append(event)
            else:
                self.hub.when_full(self.backlog, event)
        except Exception as error:
            self.leave(error)

    async def write(self, unsent: Awaitable) -> None:
        """See that out, then what has queued up behind it, each within its deadline."""
        try:
            await self.outlet.finish(unsent, self.hub.send_within)
            while self.backlog:
                if unsent := self.outlet.send(self.backlog.popleft()):
                    await self.outlet.finish(unsent, self.hub.send_within)
        except Exception as error:
            self.leave(error)
        finally:
            self.backlog.clear()
            self.writer = None

    def leave(self, error: Exception | None = None) -> None:
        """It gets no more. An error in sending to it is nobody else's, and news if unexpected."""
        if error and not isinstance(error, GONE):
            logger.error("Could not send to %s", self.ws.client, exc_info=error)
        self.hub.members.pop(self.ws, None)
        if self.writer is None and (unsent := self.outlet.unsent()):
            self.writer = asyncio.create_task(self.write(unsent))
