"""What happened on the wire, as plain data: no socket, no parser, no drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
"""RFC 6455 section 5.2 defines these and reserves all others."""
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = OPCODES

Sender = Literal["client", "server"]
SENDERS: tuple[Sender, Sender] = ("client", "server")
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened on one connection.

    Attributes:
        connection: the connection's number, from 1, in the order in which they were made.
        peer: what the client is called in transcripts: given, or what can be known of it.
        time: seconds since the server was launched.
        sender: who sent it, or did it: "client" or "server".
        offset: where it begins in all that this sender sent on this connection, in bytes.
        length: how many of these bytes it is, as far as they have come; 0 for what is no bytes.
    """

    connection: int = 0
    peer: str = ""
    time: float = 0.0
    sender: Sender = "client"
    offset: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage(Event):
    """An HTTP/1.1 request or response (RFC 9112).

    Attributes:
        start: the request line or the status line.
        headers: names and values as they were sent, in order.
        raw: the bytes from the start line to the empty line, both included.
        body: the beginning of the body, at most `http.KEPT` bytes.
        size: bytes of the body as they were sent, so far.
        complete: whether the body has ended.
    """

    start: str
    headers: Headers
    raw: bytes
    body: bytes = b""
    size: int = 0
    complete: bool = True

    @property
    def end(self) -> int:
        """Where its head ends in all that its sender sent, in bytes."""
        return self.offset + len(self.raw)

    @property
    def status(self) -> int | None:
        """The status code of a response, else `None`."""
        return int(self.start.split(maxsplit=2)[1]) if self.start.startswith("HTTP/") else None

    @property
    def target(self) -> str | None:
        """The target of a request, path and query, else `None`."""
        return None if self.start.startswith("HTTP/") else self.start.split(maxsplit=2)[1]

    def all(self, name: str) -> list[str]:
        """The values of each header of this name, in any case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """The header's value, several joined by commas (RFC 9110 section 5.3), or `None`."""
        return ", ".join(self.all(name)) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeRequest(HttpMessage):
    """A client asks to leave HTTP for WebSocket (RFC 6455 section 4.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeResponse(HttpMessage):
    """The server's answer (RFC 6455 section 4.2.2): 101, or a refusal."""

    @property
    def accepted(self) -> bool:
        """Whether what follows is frames."""
        return self.status == 101


@dataclass(frozen=True, slots=True)
class Message:
    """What a message's frames carry together, inflated where it was deflated.

    Attributes:
        opcode: `TEXT` or `BINARY`.
        payload: the message's bytes, those that were kept.
        text: `payload` as text, for a text message.
        frames: how many there are; `complete` tells whether `payload` is all of it.
        start: where its first frame begins, as `Event.offset`.
    """

    opcode: int
    payload: bytes
    text: str | None
    frames: int
    complete: bool = True
    start: int = 0


class Header(NamedTuple):
    """The first 2 to 14 bytes of a frame (RFC 6455 section 5.2).

    Attributes:
        raw: the bytes themselves.
        fin, rsv1, rsv2, rsv3, opcode: the first byte.
        masked: the first bit of the second byte; `key` is the masking key, 4 bytes, or `None`.
        length: bytes of payload that are to follow.
        length_bits: 7, 16 or 64, by the form in which the length was written.
        minimal: whether that was the shortest form.
    """

    raw: bytes
    fin: bool
    rsv1: bool
    rsv2: bool
    rsv3: bool
    opcode: int
    masked: bool
    key: bytes | None
    length: int
    length_bits: int
    minimal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameEvent(Event):
    """One frame (RFC 6455 section 5.2).

    Attributes:
        header: what its first bytes say.
        wire: the payload as it went over the wire.
        payload: the payload with the mask taken off.
        fragment: 0 for a message in one frame, else 1, 2, 3 ... within its message.
        deflated: whether it belongs to a message compressed with permessage-deflate.
        inflated: this frame's part of the message, inflated, if `deflated` and possible.
        note: why `inflated` or `wire` is not all of it, else empty.
        text: a data frame's part of a text message, or a control frame's payload if it is UTF-8.
        close_code, close_reason: of a close frame that has them.
        message: on the frame that ends a message, the whole message, if its first frame is kept.
        missing: payload bytes that had not come yet when this was looked at.
        unsent: bytes of it that still waited in the server's memory when this was looked at.
    """

    header: Header
    wire: bytes = b""
    payload: bytes = b""
    fragment: int = 0
    deflated: bool = False
    inflated: bytes | None = None
    note: str = ""
    text: str | None = None
    close_code: int | None = None
    close_reason: str | None = None
    message: Message | None = None
    missing: int = 0
    unsent: int = 0

    @property
    def opcode(self) -> int:
        """The header's opcode."""
        return self.header.opcode

    @property
    def name(self) -> str:
        """The opcode's name."""
        return OPCODES.get(self.opcode, f"reserved opcode {self.opcode:#x}")

    @property
    def size(self) -> int:
        """Bytes of the whole frame: header and payload."""
        return len(self.header.raw) + self.header.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation(Event):
    """A rule that the bytes before it broke.

    Attributes:
        rule: what the rule asks, and what was seen instead.
        section: where it stands: "RFC 6455 5.1".
        close_code: the code with which the other side should fail the connection, if any.
        status: the HTTP status with which a server should refuse, for a handshake.
    """

    rule: str
    section: str
    close_code: int | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Event):
    """The beginning of a `what` ("frame header", "request") that has not ended."""

    what: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(Event):
    """Older bytes of this connection are not kept any more.

    Attributes:
        size: how many bytes, both directions together.
        frames: how many frames were in them, the one that was cut included.
    """

    size: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Event):
    """The TCP connection has ended; `sender` ended it.

    Attributes:
        how: "closed" (the server closed it), "eof" (the client did), "reset", "aborted" (the
            server cut it), "timeout" (TCP gave up), "error", or "stopped" (the server did).
        clean: whether both sides had sent a close frame, or it had never been a WebSocket.
        code: the close code that an application sees (RFC 6455 section 7.1.5): 1005 for a close
            frame without one, 1006 for none; `None` if it was never a WebSocket.
        detail: the operating system's words, if it had any.
        unsent: bytes that waited in the server's memory when it cut the connection.
    """

    how: str
    clean: bool
    code: int | None = None
    detail: str = ""
    unsent: int = 0
