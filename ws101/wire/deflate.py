"""permessage-deflate (RFC 7692) from the reader's side: inflate, within bounds, whatever comes."""

from __future__ import annotations

import zlib
from contextlib import suppress

from ws101.wire.masking import repeated, xor

KEPT = 1 << 20  # inflated bytes of a message that are kept
LIMIT = 16 << 20  # inflated bytes of a message that are read at all, as much as uvicorn accepts
BATCH = 64  # messages that are inflated together where nobody looks
BATCH_SIZE = 32 << 10  # and their bytes
_TAIL = b"\x00\x00\xff\xff"  # what the sender took off the message's end (section 7.2.1)
_NO_MASK = bytes(len(_TAIL))


class Inflater:
    """One direction's compressed messages, fed piece by piece.

    A small message can inflate to gigabytes: what is kept of one ends at `KEPT`, what is read at
    `LIMIT`. After that the compression window is lost, and with it the messages that need it.

    Attributes:
        takeover: whether the window is kept from one message to the next.
        lost: why nothing can be inflated any more, else empty.
    """

    def __init__(self, takeover: bool) -> None:
        self.takeover = takeover
        self.lost = ""
        self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
        self._size = 0  # of the message so far
        self._postponed: list[tuple[bytes, int]] = []
        self._postponed_size = 0

    def begin(self) -> None:
        """A message begins."""
        if self._postponed:
            self._catch_up()
        self._size = 0
        if not self.takeover:
            self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
            self.lost = ""

    def feed(self, data: bytes, *, final: bool, keep: bool = True) -> tuple[bytes, str]:
        """Inflate the next piece of a message; `final` if it is the last one.

        Returns:
            what it inflates to, as far as it is kept, and a remark if that is not all of it.

        Raises:
            ValueError: the piece is not DEFLATE data.
        """
        if self.lost:
            return b"", self.lost
        room = KEPT - self._size if keep else 0
        out = self._inflate(data + _TAIL if final else data, room, LIMIT)
        remark = f"cut: the first {KEPT:,} inflated bytes are kept" if self._size > KEPT else ""
        if self.lost:
            remark += f", and reading ended at {LIMIT:,}"
        return out, remark

    def postpone(self, data: bytes, start: int) -> None:
        """Pass over a whole message in one frame, which later ones may refer to.

        Many at once are inflated much quicker than each by itself.

        Args:
            data: the frame, as it went over the wire; its payload begins at `start`.
        """
        self._postponed.append((data, start))
        self._postponed_size += len(data)
        if len(self._postponed) == BATCH or self._postponed_size > BATCH_SIZE:
            self._catch_up()

    def _catch_up(self) -> None:
        parts, masks, masked = [], [], False
        for data, start in self._postponed:
            parts += (data[start:], _TAIL)
            key = data[start - 4 : start] if data[1] & 0x80 else b""
            masks += (repeated(key, len(data) - start), _NO_MASK)
            masked = masked or key != b""
        wire = b"".join(parts)
        if masked:
            wire = xor(wire, b"".join(masks))
        self._postponed = []
        self._postponed_size = 0
        self._size = 0
        if not self.lost:
            with suppress(ValueError):  # `lost` says so when it matters
                self._inflate(wire, 0, 4 * LIMIT)

    def _inflate(self, data: bytes, room: int, limit: int) -> bytes:
        """Inflate, keep at most `room` bytes, and lose the window if there are too many."""
        out = bytearray()
        piece = b""
        while data or len(piece) == KEPT:  # at the limit zlib may hold more, with no data left
            if self._zlib.eof:  # a block with BFINAL set ends a stream (section 7.2.3.4)
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                piece = self._zlib.decompress(data, KEPT)
            except zlib.error as error:
                self.lost = "not inflated: the data before it was not DEFLATE"
                raise ValueError(str(error).partition(": ")[2] or str(error)) from None
            data = self._zlib.unconsumed_tail or self._zlib.unused_data
            self._size += len(piece)
            if len(out) < room:
                out += piece[: room - len(out)]
            if self._size > limit:
                self.lost = f"not inflated: the message before it exceeds {LIMIT:,} bytes"
                break
        return bytes(out)
