"""Around the learner's app: what it received, sent and raised, and at which of its own lines.

An ASGI middleware sees all of that without touching the app, whatever framework it is written in.
https://asgi.readthedocs.io/en/latest/specs/www.html#websocket
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from ws101.check import places
from ws101.check.places import Place, Stand

KEPT = 200  # messages of a connection that are remembered


@dataclass
class Deed:
    """A message that passed between the app and the server.

    Attributes:
        message: the ASGI message.
        place: the learner's line that sent it or received it.
    """

    message: dict[str, Any]
    place: Place | None

    @property
    def payload(self) -> str | bytes | None:
        """What a text or binary message carries."""
        text = self.message.get("text")
        return self.message.get("bytes") if text is None else text


@dataclass
class Visit:
    """One WebSocket connection, as the app sees it.

    Attributes:
        address: the client's host and port.
        received, sent: data messages, oldest first.
        accepted: whether the app accepted it.
        left: whether the app was told that the client has gone.
        close: the app's own close message, or its refusal.
        error: what the app raised.
        ended: whether the app is through with it.
        receiving: how many calls of `receive` wait.
        pending: messages that the app is sending and that are held up.
        since: `time.monotonic()` of what happened last.
    """

    address: tuple[str, int] | None
    task: asyncio.Task[Any] | None
    received: deque[Deed] = field(default_factory=lambda: deque(maxlen=KEPT))
    sent: deque[Deed] = field(default_factory=lambda: deque(maxlen=KEPT))
    accepted: bool = False
    left: bool = False
    close: Deed | None = None
    error: BaseException | None = None
    ended: bool = False
    receiving: int = 0
    pending: list[Deed] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def stand(self) -> Stand:
        """Where its handler stands. To be asked on its own loop."""
        return places.stand(self.task, self.since, listening=self.receiving > 0)

    @property
    def last_place(self) -> Place | None:
        """The line that touched the connection last."""
        deeds = [*self.received, *self.sent, *([self.close] if self.close else [])]
        return next((deed.place for deed in reversed(deeds) if deed.place), None)


class Probe:
    """ASGI middleware around the learner's app.

    Attributes:
        visits: every WebSocket connection so far.
        errors: everything the app raised in connections and requests, in order.
        lifespan_error: what its lifespan raised. From an app that knows no lifespan, that is no
            fault: what matters is whether it started.
        ending: set when the check ends: what is raised from then on is its own doing.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.visits: list[Visit] = []
        self.errors: list[BaseException] = []
        self.lifespan_error: BaseException | None = None
        self.ending = False

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "websocket":
            client = scope.get("client")
            visit = Visit(tuple(client) if client else None, asyncio.current_task())
            self.visits.append(visit)
            try:
                await self._run(scope, *self._listen(visit, receive, send), visit)
            finally:
                visit.ended = True
        else:
            await self._run(scope, receive, send)

    async def _run(self, scope, receive, send, visit: Visit | None = None) -> None:
        try:
            await self._app(scope, receive, send)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            if not self.ending:
                self._note(error, scope["type"], visit)
            raise

    def _note(self, error: BaseException, scope_type: str, visit: Visit | None) -> None:
        if scope_type == "lifespan":
            self.lifespan_error = error
        else:
            self.errors.append(error)
        if visit is not None:
            visit.error = error

    def _listen(self, visit: Visit, receive, send):
        async def receive_and_note():
            visit.receiving += 1
            place = places.of_caller(sys._getframe(1))
            try:
                message = await receive()
            finally:
                visit.receiving -= 1
                visit.since = time.monotonic()
            if message["type"] == "websocket.receive":
                visit.received.append(Deed(message, place))
            elif message["type"] == "websocket.disconnect":
                visit.left = True
            return message

        async def note_and_send(message) -> None:
            deed = Deed(message, places.of_caller(sys._getframe(1)))
            visit.pending.append(deed)
            try:
                await send(message)
            finally:
                visit.pending.remove(deed)
                visit.since = time.monotonic()
            if message["type"] == "websocket.accept":
                visit.accepted = True
            elif message["type"] == "websocket.send":
                visit.sent.append(deed)
            elif message["type"] in ("websocket.close", "websocket.http.response.start"):
                visit.close = deed

        return receive_and_note, note_and_send
