"""HTTP/1.1 messages (RFC 9112) of one direction: bytes in, messages out, in any chunking.

Small, as it only has to find where messages begin and end, and ours, as libraries that serve HTTP
normalise the bytes that we want to show and stop at the first fault.
"""

from __future__ import annotations

import re

from ws101.wire.events import HttpMessage, Sender, Violation

KEPT = 64 << 10  # bytes of a body that are kept, and the longest head that is read

_STARTS: dict[Sender, tuple[str, re.Pattern[str], str]] = {
    "client": (
        "a request line",
        re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/\d\.\d"),
        "RFC 9112 3",
    ),
    "server": ("a status line", re.compile(r"HTTP/\d\.\d \d{3}( .*)?"), "RFC 9112 4"),
}
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_BARE_LF = re.compile(rb"(?<!\r)\n")


class HttpStream:
    """What one side sends, as long as it is HTTP.

    Attributes:
        offset: bytes that were read before those in `buffer`.
        head: the message whose body is being read, or `None`.
        lost: whether the bytes cannot be read as HTTP, so that no more are.
    """

    def __init__(self, sender: Sender, connection: int) -> None:
        self.sender = sender
        self.connection = connection
        self.offset = 0
        self.buffer = bytearray()
        self.head: HttpMessage | None = None
        self.lost = False
        self._searched = 0  # up to here there is no end of a head
        self._body = bytearray()
        self._size = 0
        self._left: int | None = 0  # of the body, or of its chunk; None: it ends with the stream
        self._chunked = False
        self._trailer = False  # whether the last chunk was read

    def feed(self, data: bytes) -> None:
        if self.lost:
            self.offset += len(data)
        else:
            self.buffer += data

    def rest(self) -> bytes:
        """Give up what was not read yet, to be read as something else."""
        rest = bytes(self.buffer)
        self._skip(len(rest))
        return rest

    def take_head(self, time: float) -> HttpMessage | Violation | None:
        """The next message's start line and headers, or what is wrong with them."""
        line, ended, _ = self.buffer.partition(b"\n")
        start = line.decode("latin-1").rstrip("\r")
        kind, pattern, section = _STARTS[self.sender]
        if ended and not pattern.fullmatch(start):
            return self.give_up(time, f"HTTP starts with {kind}, not with {start[:40]!r}", section)
        end = _HEAD_END.search(self.buffer, self._searched)
        if end is None:
            self._searched = max(0, len(self.buffer) - 3)
            if len(self.buffer) > KEPT:
                return self.give_up(time, f"a head ends within {KEPT:,} bytes", "RFC 9112 2.2")
            return None
        raw = bytes(self.buffer[: end.end()])
        lines = raw.decode("latin-1").splitlines()[1:-1]
        pairs = (line.partition(":") for line in lines)
        head = HttpMessage(
            connection=self.connection,
            time=time,
            sender=self.sender,
            offset=self.offset,
            length=len(raw),
            start=start,
            headers=tuple((name, value.strip()) for name, _, value in pairs),
            raw=raw,
        )
        self._skip(len(raw))
        self._searched = 0
        return head

    def line_violations(self, head: HttpMessage) -> list[Violation]:
        """The violation of a head whose lines end in a bare LF, if they do."""
        if not _BARE_LF.search(head.raw):
            return []
        rule = r"every line of a head ends with \r\n; one here ends with \n alone"
        return [self._violation(head.time, rule, "RFC 9112 2.2", head.offset)]

    def give_up(self, time: float, rule: str, section: str) -> Violation:
        """Read no more, as this rule is broken."""
        violation = self._violation(time, rule, section, self.offset)
        self.lost = True
        self._skip(len(self.buffer))
        return violation

    def begin_body(self, head: HttpMessage, empty: bool) -> None:
        """Read on as the body of `head`; `empty` if it can have none (RFC 9112 section 6.3)."""
        self.head = head
        self._body.clear()
        self._size = 0
        codings = (head.get("Transfer-Encoding") or "").lower()
        length = head.get("Content-Length") or ""
        self._chunked = not empty and codings.endswith("chunked")
        self._trailer = False
        if empty or self._chunked:
            self._left = 0
        elif length.isdecimal():
            self._left = int(length[:18])
        else:
            self._left = 0 if head.sender == "client" else None

    def take_body(self) -> bool:
        """Read what there is of the body; whether that was all of it."""
        while True:
            data = self.buffer[: self._left]
            self._skip(len(data))
            self._size += len(data)
            self._body += data[: KEPT - len(self._body)]
            if self._left is None:
                return False
            self._left -= len(data)
            if self._left:
                return False
            if not self._chunked:
                return True
            if not self._next_line():
                return False

    @property
    def until_the_end(self) -> bool:
        """Whether a body is being read that ends when the connection does."""
        return self.head is not None and self._left is None

    def body(self) -> tuple[bytes, int]:
        """What is kept of the body, and how long it is so far."""
        return bytes(self._body), self._size

    def _next_line(self) -> bool:
        """Read a line between chunks (RFC 9112 section 7.1); whether it was there."""
        line, ended, _ = self.buffer.partition(b"\r\n")
        if not ended:
            return False
        self._skip(len(line) + 2)
        if self._trailer:
            self._chunked = bool(line)  # an empty line ends the trailer, and the body
        elif line:  # else it ends a chunk
            size = line.split(b";")[0].strip()[:16]
            self._left = int(size, 16) if _HEX.fullmatch(size) else 0
            self._trailer = self._left == 0
        return True

    def _skip(self, size: int) -> None:
        del self.buffer[:size]
        self.offset += size

    def _violation(self, time: float, rule: str, section: str, offset: int) -> Violation:
        return Violation(
            connection=self.connection,
            time=time,
            sender=self.sender,
            offset=offset,
            rule=rule,
            section=section,
            status=400,
        )
