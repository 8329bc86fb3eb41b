"""From one direction's frames to messages: fragments joined, inflated, decoded."""

from __future__ import annotations

import codecs
from functools import partial
from typing import Any

from ws101.wire.deflate import Inflater
from ws101.wire.events import CONTINUATION, TEXT, Header, Message
from ws101.wire.rules import Broken

KEPT = 4 << 20  # bytes of a message that are kept

# First bytes of frames that leave nothing behind: text, binary, ping and pong with FIN set; and of
# messages in one frame that are compressed.
_PLAIN = frozenset((0x81, 0x82, 0x89, 0x8A))
_DEFLATED = frozenset((0xC1, 0xC2))


class Messages:
    """Puts data frames together (RFC 6455 section 5.4).

    Attributes:
        inflater: for compressed messages, or `None` if compression was not negotiated.
        opcode: of the message that has begun and not ended, or `None`.
    """

    def __init__(self, inflater: Inflater | None) -> None:
        self.inflater = inflater
        self.opcode: int | None = None
        self._start = 0
        self._deflated = False
        self._frames = 0
        self._parts: list[bytes] = []
        self._room = KEPT
        self._whole = True  # whether all of its content came past
        self._decoder: codecs.IncrementalDecoder | None = None

    def take(
        self, header: Header, payload: bytes, broken: list[Broken], *, offset: int, keep: bool
    ) -> dict[str, Any]:
        """Add a data frame.

        Args:
            header, payload: of the frame, the payload unmasked, and its beginning if it is long.
            broken: gets the rules that the content breaks.
            offset: where the frame begins.
            keep: whether anybody wants to see the content.

        Returns:
            what `FrameEvent` says about the content.
        """
        if header.opcode != CONTINUATION or self.opcode is None:
            self._begin(header, offset)
        self._frames += 1
        in_one = header.fin and self._frames == 1
        fields: dict[str, Any] = {}
        content, note = payload, ""
        if len(payload) < header.length:
            note = f"cut: the first {len(payload):,} bytes are kept"
        if self._deflated:
            content, note = self._inflate(header, payload, broken, keep or not in_one)
            fields = {"deflated": True, "inflated": content}
        self._whole &= not note
        if note:
            fields["note"] = note
        if self.opcode == TEXT:
            fields["text"] = self._decode(content, header.fin, broken)
        if in_one:
            text = fields.get("text")
            fields["message"] = Message(header.opcode, content, text, 1, self._whole, offset)
            self.opcode = None
            return fields
        fields["fragment"] = self._frames
        if keep:
            self._parts.append(content[: max(0, self._room)])
            self._room -= len(content)
        if header.fin:
            fields["message"] = self._end()
        return fields

    def skim(self, data: bytes, start: int) -> bool:
        """Pass over a whole frame, if all that a later one needs of it is the compression window.

        Args:
            data: the whole frame, whose payload begins at `start`.
        """
        if self.opcode is not None:
            return False
        if data[0] in _PLAIN:
            return True
        if data[0] not in _DEFLATED or self.inflater is None:
            return False
        if self.inflater.takeover:
            self.inflater.postpone(data, start)
        return True

    def _begin(self, header: Header, offset: int) -> None:
        self.opcode = header.opcode
        self._start = offset
        self._deflated = header.rsv1 and self.inflater is not None
        self._frames = 0
        self._parts = []
        self._room = KEPT
        self._whole = True
        self._decoder = None
        if self._deflated:
            assert self.inflater is not None
            self.inflater.begin()

    def _inflate(
        self, header: Header, payload: bytes, broken: list[Broken], keep: bool
    ) -> tuple[bytes, str]:
        assert self.inflater is not None
        if len(payload) < header.length:
            self.inflater.lost = "not inflated: a frame before it was too long to be kept"
        try:
            return self.inflater.feed(payload, final=header.fin, keep=keep)
        except ValueError as error:
            rule = f"a compressed message is DEFLATE data, which this is not: {error}"
            broken.append(Broken(rule, "RFC 7692 7.2.2", 1007))
            return b"", "not inflated"

    def _decode(self, content: bytes, fin: bool, broken: list[Broken]) -> str:
        if fin and self._frames == 1 and self._whole:
            decode = content.decode
        else:
            self._decoder = self._decoder or codecs.getincrementaldecoder("utf-8")()
            decode = partial(self._decoder.decode, content, fin and self._whole)
        try:
            return decode()
        except UnicodeDecodeError as error:
            at = error.object[error.start : error.start + 4].hex(" ")
            rule = f"a text message is UTF-8, which {at} is not: {error.reason}"
            broken.append(Broken(rule, "RFC 6455 8.1", 1007))
            self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
            return self._decoder.decode(content)

    def _end(self) -> Message:
        payload = b"".join(self._parts)
        assert self.opcode is not None
        text = payload.decode("utf-8", "replace") if self.opcode == TEXT else None
        complete = self._whole and self._room >= 0
        message = Message(self.opcode, payload, text, self._frames, complete, self._start)
        self.opcode = None
        self._parts = []
        return message
