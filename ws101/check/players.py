"""The clients that try an answer: a crowd's, with expectations."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable
from typing import Any, TypeVar

from websockets import ConnectionClosed

from ws101 import crowd
from ws101.check.verdicts import Unmet
from ws101.check.watch import TICK, Patience

T = TypeVar("T")

SHOWN = 200  # characters of a message in a sentence
FEW = 8  # of a row of one and the same character

_SAME = re.compile(r"(.)\1{31}", re.DOTALL)
_SAME_BYTES = re.compile(rb"(.)\1{31}", re.DOTALL)


async def patiently(awaitable: Awaitable[T], within: float) -> T:
    """`asyncio.wait_for`, but with time counted as `Patience` does.

    Where a crowded machine lets nobody run for a second, nobody is late for that second.
    """
    task = asyncio.ensure_future(awaitable)
    try:
        waited = Patience()
        while waited.turn() < within and not task.done():
            await asyncio.wait({task}, timeout=min(TICK, within - waited.seconds))
        if not task.done():
            raise TimeoutError
        return task.result()
    finally:
        task.cancel()


def say(value: Any) -> str:
    """A value in a sentence: 'hi', b'hi', and a long message by its beginning and its size."""
    if isinstance(value, str | bytes):
        return _quoted(value)
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]} … (cut)"


def _quoted(message: str | bytes) -> str:
    text = repr(message)
    same = (_SAME if isinstance(message, str) else _SAME_BYTES).search(message)
    if len(text) <= SHOWN and same is None:
        return text
    begin = repr(message[: min(SHOWN // 2, same.start() + FEW if same else len(message))])
    unit = "characters" if isinstance(message, str) else "bytes"
    return f"{begin[:-1]}…{begin[-1]} ({len(message):,} {unit})"


class Player(crowd.Client):
    """A client with expectations. What does not come as expected raises `Unmet`.

    Args:
        said: where it notes what it does, as (name, words), for the report.
    """

    def __init__(self, name: str, ws: Any, said: list[tuple[str, str]]) -> None:
        super().__init__(name, ws)
        self._said = said

    async def send(self, message: str | bytes) -> None:
        """Send a text or bytes. If nobody is there any more, what is expected next will tell."""
        self._said.append((self.name, f"sent {say(message)}"))
        try:
            await patiently(self.ws.send(message), 1.0)
        except ConnectionClosed:
            pass
        except TimeoutError:
            raise Unmet(
                f"the server to read {say(message)} within 1 s",
                "nothing: its buffers are full, as the handler receives nothing",
                client=self.name,
                silent=True,
            ) from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Leave as one should: with a close frame, answered."""
        self._said.append((self.name, f"closed the connection with code {code}"))
        await super().close(code, reason)

    def vanish(self) -> None:
        """Be gone at once, as a process that crashed (RST)."""
        self._said.append((self.name, "vanished (TCP reset)"))
        super().vanish()

    def hang_up(self) -> None:
        """End the TCP connection (FIN) without a close frame."""
        self._said.append((self.name, "hung up without a close frame"))
        super().hang_up()

    def stall(self) -> None:
        """Stop reading: what is sent piles up."""
        self._said.append((self.name, "stopped reading"))
        super().stall()

    def mute(self) -> None:
        """Never answer again: no message, no pong, no close frame."""
        self._said.append((self.name, "stopped answering"))
        super().mute()

    def garbage(self, data: bytes = crowd.GARBAGE) -> None:
        """Write raw bytes; by default no frame that one may send."""
        self._said.append((self.name, f"wrote the bytes {say(data)}"))
        super().garbage(data)

    async def send_json(self, value: Any) -> None:
        """Send a value as JSON, in a text message."""
        await self.send(json.dumps(value))

    async def expects(self, message: str | bytes, within: float = 1.0) -> None:
        """The next message is this one, text for text and bytes for bytes."""
        expected = f"{say(message)}, to {self.name}, within {within:g} s"
        got = await self.hears(expected, within, wanted=message)
        if got != message or type(got) is not type(message):
            raise Unmet(expected, _came(got, message), client=self.name, wanted=message, got=got)

    async def expects_json(self, value: Any, within: float = 1.0) -> None:
        """The next message is a text that holds this value as JSON, in whatever layout."""
        expected = f"the JSON {say(json.dumps(value))}, to {self.name}, within {within:g} s"
        got = await self.hears(expected, within, wanted=value)
        try:
            found = json.loads(got) if isinstance(got, str) else ...
        except ValueError:
            found = ...
        if found != value:
            raise Unmet(expected, _came(got, value), client=self.name, wanted=value, got=got)

    async def hears(
        self, expected: str = "a message", within: float = 1.0, wanted: Any = None
    ) -> str | bytes:
        """The next message, whatever it is.

        Args:
            expected: what it should be, in words, for the report if there is none.
            within: seconds.
            wanted: the same as a value, for those who recognise slips.
        """
        try:
            return await patiently(self.ws.recv(), within)
        except TimeoutError:
            raise Unmet(expected, "nothing", client=self.name, wanted=wanted, silent=True) from None
        except ConnectionClosed:
            raise Unmet(expected, self._how_closed(), client=self.name, wanted=wanted) from None

    async def hears_nothing(self, within: float = 0.3) -> None:
        """No message comes for so many seconds, and the connection stays open."""
        expected = f"nothing, to {self.name}, for {within:g} s"
        try:
            got = await patiently(self.ws.recv(), within)
        except TimeoutError:
            return
        except ConnectionClosed:
            raise Unmet(expected, self._how_closed(), client=self.name) from None
        raise Unmet(expected, say(got), client=self.name, got=got)

    async def expects_close(
        self, code: int = 1000, reason: str | None = None, within: float = 1.0
    ) -> None:
        """The server closes the connection next, with this code and, if given, this reason."""
        words = f"code {code}" + (f" and reason {reason!r}" if reason is not None else "")
        expected = f"the connection of {self.name} to be closed with {words}, within {within:g} s"
        try:
            got = await patiently(self.ws.recv(), within)
        except TimeoutError:
            raise Unmet(expected, "nothing", client=self.name, wanted=code, silent=True) from None
        except ConnectionClosed:
            if self.ws.close_code != code or reason not in (None, self.ws.close_reason):
                raise Unmet(
                    expected,
                    self._how_closed(),
                    client=self.name,
                    wanted=code,
                    got=self.ws.close_code,
                ) from None
            return
        raise Unmet(expected, say(got), client=self.name, wanted=code, got=got)

    def _how_closed(self) -> str:
        code, reason = self.ws.close_code, self.ws.close_reason
        if code == 1006:
            return "the connection ended without a close frame (code 1006)"
        return f"the connection was closed with code {code}" + (f", {reason!r}" if reason else "")


def _came(got: str | bytes, wanted: Any) -> str:
    """What came, and if it looks the same, how it differs."""
    words = say(got)
    if isinstance(got, bytes) and not isinstance(wanted, bytes):
        return f"{words}, in a binary message instead of a text"
    if isinstance(got, str) and isinstance(wanted, bytes):
        return f"{words}, in a text message instead of a binary one"
    return words
