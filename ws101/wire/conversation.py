"""One connection from its first byte to its last: both directions together, bytes in, events out.

The two belong together: whether a client's bytes are frames, and compressed ones, is for the
server's response to say, and where that response ends depends on the request.
"""

from __future__ import annotations

from collections import deque
from dataclasses import fields, replace
from typing import Any

from ws101.wire.deflate import Inflater
from ws101.wire.ending import Ending
from ws101.wire.events import (
    Event,
    HandshakeRequest,
    HandshakeResponse,
    HttpMessage,
    Partial,
    Sender,
    Violation,
)
from ws101.wire.frames import FrameStream
from ws101.wire.handshake import (
    Problem,
    is_handshake,
    negotiated_deflate,
    request_problems,
    response_problems,
)
from ws101.wire.http import HttpStream

EARLY = 4 << 20  # bytes that a client may send before its handshake is answered


class Conversation:
    """Reads one connection.

    Args:
        number: the connection's.
        keep: whether to make frame events; without, only what later frames depend on is followed.

    Attributes:
        time: of the last chunk that was read.
        handshake: the events of the handshake that made it a WebSocket, or an empty list.
        ending: what is known of the connection's end.
    """

    def __init__(self, number: int = 0, *, keep: bool = True) -> None:
        self.number = number
        self.keep = keep
        self.time = 0.0
        self.handshake: list[Event] = []
        self._streams: dict[Sender, HttpStream | FrameStream] = {
            "client": HttpStream("client", number),
            "server": HttpStream("server", number),
        }
        self._asked: deque[HttpMessage] = deque()  # requests that were not answered yet
        self._request_events: list[Event] = []  # of a handshake that was not answered yet
        self.ending = Ending()

    def feed(self, time: float, what: str, data: bytes) -> list[Event]:
        """Read a chunk of a recording, and return what it completed. Never raises."""
        self.time = time
        if what == "client" or what == "server":
            return self._bytes(time, what, data)
        self.ending.mark(what, data)
        if what != "lost":
            return []
        server = self._streams["server"]
        last = []
        if isinstance(server, HttpStream) and server.until_the_end:
            last = [self._message(server, time)]
        sides = [s for s in self._streams.values() if isinstance(s, FrameStream)]
        end = self.ending.event(sides, connection=self.number, time=time)
        return [*last, *self.pending(), replace(end, offset=self.consumed(end.sender))]

    def skim(self, time: float, what: str, data: bytes) -> None:
        """Read a chunk as `feed` does, without events: quickly, if it is what is usual."""
        stream = self._streams.get(what)
        if type(stream) is FrameStream and stream.skim(data):
            self.time = time
        else:
            self.feed(time, what, data)

    def go_on(self) -> None:
        """Make events from now on."""
        self.keep = True
        for stream in self._streams.values():
            if isinstance(stream, FrameStream):
                stream.keep = True

    def pending(self) -> list[Event]:
        """What has begun and not ended, in either direction."""
        found = (self._pending(stream) for stream in self._streams.values())
        return [event for event in found if event is not None]

    def consumed(self, sender: Sender) -> int:
        """How many bytes of this side were read."""
        stream = self._streams[sender]
        return stream.offset + (len(stream.buffer) if isinstance(stream, HttpStream) else 0)

    @property
    def frames(self) -> int:
        """How many frames have begun."""
        return sum(s.frames for s in self._streams.values() if isinstance(s, FrameStream))

    # Bytes

    def _bytes(self, time: float, sender: Sender, data: bytes) -> list[Event]:
        stream = self._streams[sender]
        if isinstance(stream, FrameStream):
            return stream.feed(data, time)
        stream.feed(data)
        events: list[Event] = []
        if sender == "client":
            self._requests(stream, time, events)
        else:
            self._responses(stream, time, events)
        return events

    def _requests(self, stream: HttpStream, time: float, events: list[Event]) -> None:
        while not stream.lost:
            if self._request_events:  # what follows is frames or HTTP: the answer will tell
                if len(stream.buffer) > EARLY:
                    rule = f"no more than {EARLY:,} bytes before the handshake is answered"
                    events.append(stream.give_up(time, rule, "RFC 6455 4.1"))
                return
            if stream.head is None:
                head = stream.take_head(time)
                if isinstance(head, HttpMessage):
                    self._request(stream, head, events)
                    continue
                if head is not None:
                    events.append(head)
                return
            if not stream.take_body():
                return
            message = self._message(stream, time)
            events += [message, *stream.line_violations(message)]

    def _request(self, stream: HttpStream, head: HttpMessage, events: list[Event]) -> None:
        self._asked.append(head)
        if is_handshake(head):
            event: Event = _as(HandshakeRequest, head)
            violations = [_violation(head, problem) for problem in request_problems(head)]
            self._request_events = [event, *violations]
            events += [*self._request_events, *stream.line_violations(head)]
        else:
            stream.begin_body(head, empty=False)

    def _responses(self, stream: HttpStream, time: float, events: list[Event]) -> None:
        while not stream.lost:
            if stream.head is None:
                head = stream.take_head(time)
                if isinstance(head, HttpMessage):
                    if self._response(stream, head, time, events):
                        return
                    continue
                if head is not None:
                    events.append(head)
                return
            if not stream.take_body():
                return
            events.append(self._message(stream, time))
            if self._request_events:  # refused: the client may go on in HTTP
                self._request_events = []
                client = self._streams["client"]
                assert isinstance(client, HttpStream)
                self._requests(client, time, events)

    def _response(
        self, stream: HttpStream, head: HttpMessage, time: float, events: list[Event]
    ) -> bool:
        """Begin a response; whether it ends HTTP on this connection."""
        status = head.status or 0
        if 100 <= status < 200 and status != 101:  # an interim response: the real one follows
            events.append(head)
            return False
        request = self._asked.popleft() if self._asked else None
        if status == 101:
            event = _as(HandshakeResponse, head)
            violations = [_violation(head, p) for p in response_problems(request, head)]
            self.handshake = [*self._request_events, event, *violations]
            events += [event, *violations]
            self._upgrade(head, time, events)
            return True
        empty = status in (204, 304) or (request is not None and request.start.startswith("HEAD "))
        stream.begin_body(head, empty=empty)
        return False

    def _upgrade(self, response: HttpMessage, time: float, events: list[Event]) -> None:
        deflate = negotiated_deflate(response)
        for sender, takeover in (
            ("client", deflate and deflate.client_takeover),
            ("server", deflate and deflate.server_takeover),
        ):
            before = self._streams[sender]
            assert isinstance(before, HttpStream)
            if before.head is not None:  # its body has not ended, and never will
                events.append(self._message(before, time, complete=False))
            rest = before.rest()
            inflater = Inflater(bool(takeover)) if deflate else None
            start = before.offset - len(rest)
            stream = FrameStream(sender, self.number, start, inflater, self.keep)
            stream.lost = before.lost
            self._streams[sender] = stream
            events += stream.feed(rest, time)

    def _message(self, stream: HttpStream, time: float, complete: bool = True) -> HttpMessage:
        """The message whose body was read."""
        head = stream.head
        assert head is not None
        body, size = stream.body()
        if complete:
            stream.head = None
        changes = {"body": body, "size": size, "length": stream.offset - head.offset}
        refused = stream.sender == "server" and self._request_events
        kind = HandshakeResponse if refused else HttpMessage
        return _as(kind, head, time=time, complete=complete, **changes)

    def _pending(self, stream: HttpStream | FrameStream) -> Event | None:
        if isinstance(stream, FrameStream):
            return stream.pending(self.time)
        if stream.head is not None:
            return self._message(stream, self.time, complete=False)
        if not stream.buffer or self._request_events:
            return None
        return Partial(
            connection=self.number,
            time=self.time,
            sender=stream.sender,
            offset=stream.offset,
            length=len(stream.buffer),
            what="request" if stream.sender == "client" else "response",
            data=bytes(stream.buffer),
        )


def _as(kind: type[HttpMessage], head: HttpMessage, **changes: Any) -> Any:
    """The same message as another kind of event."""
    return kind(**{field.name: getattr(head, field.name) for field in fields(head)} | changes)


def _violation(head: HttpMessage, problem: Problem) -> Violation:
    rule, section, status = problem
    place = {name: getattr(head, name) for name in ("connection", "time", "sender", "offset")}
    return Violation(rule=rule, section=section, status=status, **place)
