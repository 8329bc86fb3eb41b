"""Around the learner's app: what it received, sent and raised, and at which of its own lines.

An ASGI middleware sees all of that without touching the app, whatever framework it is written in.
https://asgi.readthedocs.io/en/latest/specs/www.html#websocket
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from ws101.check import places
from ws101.check.places import Place, Stand

KEPT = 200  # messages of a connection that are remembered

_METHODS = {
    "receive", "receive_text", "receive_bytes", "receive_json",
    "iter_text", "iter_bytes", "iter_json",
}  # fmt: skip


@dataclass
class Deed:
    """A message that passed between the app and the server.

    Attributes:
        message: the ASGI message.
        place: the learner's line that sent it or received it.
        call: of what was received, the method that line calls: "receive_text"; "receive" for the
            bare event.
    """

    message: dict[str, Any]
    place: Place | None
    call: str = ""

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
        goodbye: what told the app that the client has gone, once it was told.
        close: the app's own close message, or its refusal.
        error: what the app raised.
        ended: whether the app is through with it.
        receiving: how many calls of `receive` wait.
        pending: messages that the app is sending and that are held up.
        last: the line at which its own handler, or a task that began there, touched it last, or
            failed to send to another.
        since: `time.monotonic()` of what happened last.
    """

    address: tuple[str, int] | None
    task: asyncio.Task[Any] | None
    received: deque[Deed] = field(default_factory=lambda: deque(maxlen=KEPT))
    sent: deque[Deed] = field(default_factory=lambda: deque(maxlen=KEPT))
    accepted: bool = False
    goodbye: Deed | None = None
    close: Deed | None = None
    error: BaseException | None = None
    ended: bool = False
    receiving: int = 0
    pending: list[Deed] = field(default_factory=list)
    last: Place | None = None
    since: float = field(default_factory=time.monotonic)

    def stand(self) -> Stand:
        """Where its handler stands. To be asked on its own loop."""
        return places.stand(self.task, self.since, listening=self.receiving > 0)

    @property
    def left(self) -> bool:
        """Whether the app was told that the client has gone."""
        return self.goodbye is not None


_here: ContextVar[Visit | None] = ContextVar("ws101_visit", default=None)  # whose handler runs


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
            _here.set(visit)
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
        def touched(deed: Deed) -> None:
            visit.since = time.monotonic()
            if _here.get() is visit:
                visit.last = deed.place or visit.last

        async def receive_and_note():
            visit.receiving += 1
            caller = sys._getframe(1)
            deed = Deed({}, places.of_caller(caller), _method(caller))
            try:
                deed.message = await receive()
            finally:
                visit.receiving -= 1
                touched(deed)
            if deed.message["type"] == "websocket.receive":
                visit.received.append(deed)
            elif deed.message["type"] == "websocket.disconnect":
                visit.goodbye = deed
            return deed.message

        async def note_and_send(message) -> None:
            deed = Deed(message, places.of_caller(sys._getframe(1)))
            visit.pending.append(deed)
            try:
                await send(message)
            except Exception:
                if sender := _here.get():  # what ends its handler, as a rule
                    sender.last = deed.place or sender.last
                raise
            finally:
                visit.pending.remove(deed)
                touched(deed)
            if message["type"] == "websocket.accept":
                visit.accepted = True
            elif message["type"] == "websocket.send":
                visit.sent.append(deed)
            elif message["type"] in ("websocket.close", "websocket.http.response.start"):
                visit.close = deed

        return receive_and_note, note_and_send


def _method(frame: FrameType | None) -> str:
    """Which of its receiving methods the learner's code called: `iter_text` calls others."""
    name = "receive"
    while frame is not None and not places.own(frame.f_code.co_filename):
        name = frame.f_code.co_name if frame.f_code.co_name in _METHODS else name
        frame = frame.f_back
    return name
