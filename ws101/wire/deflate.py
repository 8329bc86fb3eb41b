"""permessage-deflate (RFC 7692) from the reader's side: inflate, within bounds, whatever comes."""

from __future__ import annotations

import zlib

KEPT = 1 << 20  # inflated bytes of a message that are kept
LIMIT = 16 << 20  # inflated bytes of a message that are read at all, as much as uvicorn accepts
_TAIL = b"\x00\x00\xff\xff"  # what the sender took off the message's end (section 7.2.1)


class Inflater:
    """One direction's compressed messages, fed piece by piece.

    A small message can inflate to gigabytes: what is kept of one ends at `KEPT`, what is read at
    `LIMIT`. Behind that the compression window is lost, and with it the messages that need it.
    """

    def __init__(self, takeover: bool) -> None:
        self._takeover = takeover
        self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
        self._size = 0  # of the message so far
        self.lost = ""  # why nothing can be inflated any more

    def begin(self) -> None:
        """A message begins."""
        self._size = 0
        if not self._takeover:
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
        out = bytearray()
        data = data + _TAIL if final else data
        remark, piece = "", b""
        while data or len(piece) == KEPT:  # at the limit zlib may hold more, with no data left
            if self._zlib.eof:  # a block with BFINAL set ends a stream (section 7.2.3.4)
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                piece = self._zlib.decompress(data, KEPT)
            except zlib.error as error:
                self.lost = "not inflated: the data before it was not DEFLATE"
                raise ValueError(str(error).partition(": ")[2] or str(error)) from None
            data = self._zlib.unconsumed_tail or self._zlib.unused_data
            room = KEPT - self._size
            self._size += len(piece)
            if keep and room > 0:
                out += piece[:room]
            if self._size > KEPT:
                remark = f"cut: the first {KEPT:,} inflated bytes are kept"
            if self._size > LIMIT:
                self.lost = f"not inflated: the message before it exceeds {LIMIT:,} bytes"
                return bytes(out), f"{remark}, and reading ended at {LIMIT:,}"
        return bytes(out), remark
