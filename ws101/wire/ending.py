"""How a TCP connection ended, who ended it, and what an application makes of that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ws101.wire.events import End, Sender
from ws101.wire.frames import FrameStream

_CAUSES: dict[str, tuple[Sender, str]] = {
    "ConnectionResetError": ("client", "reset"),
    "BrokenPipeError": ("client", "reset"),
    "ConnectionAbortedError": ("client", "reset"),
    "TimeoutError": ("client", "timeout"),
    "stopped": ("server", "stopped"),
}
"""Who did what, by the exception with which asyncio reports a lost connection."""


class Ending:
    """Collects the marks in a recording that tell of the end.

    Attributes:
        unsent: bytes that waited in the server's memory when it cut the connection.
    """

    def __init__(self) -> None:
        self.unsent = 0
        self._by: tuple[Sender, str] | None = None
        self._cause = ""

    def mark(self, what: str, data: bytes) -> None:
        """Take in an "eof", "close", "abort" or "lost" of a recording. The first one counts."""
        match what:
            case "eof":
                self._by = self._by or ("client", "eof")
            case "close":
                self._by = self._by or ("server", "closed")
            case "abort":
                self._by = ("server", "aborted")
                self.unsent = int(data)
            case "lost" if data and self._by != ("server", "aborted"):
                self._cause = data.decode()
                self._by = _CAUSES.get(self._cause.partition(":")[0], ("client", "error"))

    def event(self, sides: Sequence[FrameStream], **fields: Any) -> End:
        """The event.

        Args:
            sides: the client's and the server's frames, none if it never was a WebSocket.
            fields: the event's other fields.
        """
        sender, how = self._by or ("server", "closed")
        closed = [side for side in sides if side.closed]
        code = None if not sides else 1006
        if closed:
            code = 1005 if closed[0].close_code is None else closed[0].close_code
        return End(
            sender=sender,
            how=how,
            clean=len(closed) == len(sides),
            code=code,
            detail=self._cause,
            unsent=self.unsent,
            **fields,
        )
