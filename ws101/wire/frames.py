"""Frames of one direction (RFC 6455 section 5): bytes in, events out, in any chunking.

Ours, and not `websockets.frames` or wsproto: both hide what is to be shown here. They take the mask
off and forget the key, accept or refuse a length without its form, and stop at the first fault.
They are made to speak the protocol. This only watches, so nothing ends it but a length after which
no next frame can be found, and what is wrong becomes an event.
"""

from __future__ import annotations

from typing import Any

from ws101.wire.deflate import Inflater
from ws101.wire.events import CLOSE, Event, FrameEvent, Header, Partial, Sender, Violation
from ws101.wire.masking import apply_mask
from ws101.wire.messages import Messages
from ws101.wire.rules import Broken, close_problems, header_problems

KEPT = 4 << 20  # payload bytes of a frame that are kept


def header_size(second: int) -> int:
    """How long the header is that has this second byte."""
    length = second & 0x7F
    return (2 if length < 126 else 4 if length == 126 else 10) + (4 if second & 0x80 else 0)


def parse_header(raw: bytes) -> Header:
    """The fields of a whole header."""
    first, second = raw[0], raw[1]
    length, bits, minimal = second & 0x7F, 7, True
    if length >= 126:
        bits, shorter = (16, 125) if length == 126 else (64, 0xFFFF)
        length = int.from_bytes(raw[2 : 2 + bits // 8], "big")
        minimal = length > shorter
    return Header(
        raw,
        first & 0x80 != 0,
        first & 0x40 != 0,
        first & 0x20 != 0,
        first & 0x10 != 0,
        first & 0x0F,
        second & 0x80 != 0,
        raw[-4:] if second & 0x80 else None,
        length,
        bits,
        minimal,
    )


class FrameStream:
    """What one side sends after the handshake.

    Args:
        sender: which side.
        connection: the connection's number, for the events.
        offset: what the side had sent before, in bytes.
        inflater: for permessage-deflate, if it was negotiated.
        keep: whether to make events. Without, only what later frames depend on is followed.

    Attributes:
        frames: how many have begun.
        closed: whether a close frame was sent.
        close_code: the code in it, if it had one.
        lost: whether no next frame can be found.
    """

    def __init__(
        self,
        sender: Sender,
        connection: int = 0,
        offset: int = 0,
        inflater: Inflater | None = None,
        keep: bool = True,
    ) -> None:
        self.sender = sender
        self.connection = connection
        self.offset = offset
        self.keep = keep
        self.frames = 0
        self.closed = False
        self.close_code: int | None = None
        self.lost = False
        self._messages = Messages(inflater)
        # The frame that is being read
        self._start = offset
        self._head = b""
        self._header: Header | None = None
        self._left = 0
        self._wire = bytearray()

    def feed(self, data: bytes, time: float = 0.0) -> list[Event]:
        """Read on, and return what this completed. Never raises, whatever comes."""
        events: list[Event] = []
        position, end = 0, len(data)
        while position < end and not self.lost:
            if self._header is None:
                position = self._read_head(data, position)
                if self._header is None:
                    break
            header = self._header
            taken = data[position : position + self._left]
            position += len(taken)
            self._left -= len(taken)
            if self._needed(header):
                if self._left == 0 and not self._wire:
                    self._finish(header, taken, time, events)  # all of it at once, as is usual
                    continue
                self._wire += taken[: KEPT - len(self._wire)]
            if self._left == 0 or self.lost:
                self._finish(header, bytes(self._wire), time, events)
        self.offset += end
        return events

    def skim(self, data: bytes) -> bool:
        """Read on without events, if this is one whole frame that is a message, a ping or a pong.

        A server whose rings are full does this for all that comes and goes: it must be quick.
        Of anything else nothing is read, and it returns `False`.
        """
        if self._header is not None or self._head or self.lost or len(data) < 2:
            return False
        size = data[1] & 0x7F
        start = 6 if data[1] & 0x80 else 2
        if size > 125:
            more = 2 if size == 126 else 8
            size = int.from_bytes(data[2 : 2 + more], "big")
            start += more
        if len(data) != start + size or not self._messages.skim(data, start):
            return False
        self.frames += 1
        self.offset += len(data)
        return True

    def pending(self, time: float) -> Event | None:
        """What has begun and not ended: a frame, its header, or nothing."""
        if self._header is not None:
            wire = bytes(self._wire)
            return self._event(self._header, wire, _unmask(wire, self._header), time)
        if not self._head:
            return None
        place = {"connection": self.connection, "sender": self.sender, "offset": self._start}
        place["length"] = len(self._head)
        return Partial(time=time, what="frame header", data=self._head, **place)

    def _read_head(self, data: bytes, position: int) -> int:
        """Read the header, or as much of it as there is; where its bytes in `data` end."""
        if not self._head:
            self._start = self.offset + position
        before = len(self._head)
        head = self._head + data[position : position + 14 - before]
        size = header_size(head[1]) if len(head) > 1 else 2
        if len(head) < size:
            self._head = head
            return len(data)
        self._head = b""
        self._header = parse_header(head[:size])
        self._left = self._header.length
        self.lost = self._left >= 1 << 63
        self.frames += 1
        return position + size - before

    def _needed(self, header: Header) -> bool:
        """Whether somebody wants this frame's payload: us now, or a later frame.

        A compressed message depends on those before it, and a text in fragments is decoded as one,
        as it may be cut inside a character.
        """
        if self.keep or header.opcode == CLOSE or not header.fin:
            return True
        messages = self._messages
        return messages.opcode is not None or (header.rsv1 and messages.inflater is not None)

    def _finish(self, header: Header, wire: bytes, time: float, events: list[Event]) -> None:
        """The frame has ended: take it in, and make its events."""
        messages = self._messages
        broken = header_problems(
            header,
            self.sender,
            deflate=messages.inflater is not None,
            continues=messages.opcode is not None,
            closed=self.closed,
        )
        payload = _unmask(wire, header)
        fields: dict[str, Any] = {}
        if header.opcode >= CLOSE:
            fields = self._control(header, payload, broken)
        elif self._needed(header) and not self.lost:
            fields = messages.take(header, payload, broken, offset=self._start, keep=self.keep)
        if self.keep:
            events.append(self._event(header, wire, payload, time, **fields))
            if broken:
                events += self._violations(broken, time)
        self._header = None
        self._wire.clear()

    def _control(self, header: Header, payload: bytes, broken: list[Broken]) -> dict[str, Any]:
        if header.opcode != CLOSE:
            return {"text": _utf8(payload)}
        broken += close_problems(payload)
        self.closed = True
        if len(payload) < 2:
            return {}
        self.close_code = int.from_bytes(payload[:2], "big")
        reason = payload[2:].decode("utf-8", "replace")
        return {"text": reason, "close_code": self.close_code, "close_reason": reason}

    def _event(
        self, header: Header, wire: bytes, payload: bytes, time: float, **fields: Any
    ) -> FrameEvent:
        return FrameEvent(
            connection=self.connection,
            time=time,
            sender=self.sender,
            offset=self._start,
            length=len(header.raw) + header.length - self._left,
            header=header,
            wire=wire,
            payload=payload,
            missing=self._left,
            **fields,
        )

    def _violations(self, broken: list[Broken], time: float) -> list[Event]:
        return [
            Violation(
                connection=self.connection,
                time=time,
                sender=self.sender,
                offset=self._start,
                rule=rule,
                section=section,
                close_code=code,
            )
            for rule, section, code in broken
        ]


def _unmask(wire: bytes, header: Header) -> bytes:
    return apply_mask(wire, header.key) if header.key else wire


def _utf8(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None
