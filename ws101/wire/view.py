"""A part of the wire, to look at: as text, as a picture, as data, as a capture.

Catching is all that happens until somebody looks, so all that parses and draws is imported then.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ws101.wire.events import Event
    from ws101.wire.live import Live
    from ws101.wire.recording import Recorder


class Source(Protocol):
    """Where a view looks: `Wire`."""

    title: str
    recorder: Recorder

    def read(self, last: int | None = None) -> tuple[list[Event], dict[int, str]]:
        """All events, or the `last` of each connection, in order of time; names of clients."""

    def follow(self, live: Live) -> Live:
        """Show `live`, and no other."""


class View:
    """A part of the wire: some clients, some time. It draws itself where it is shown.

    Everything is looked up when it is asked for, so a view shows what has happened by then.
    """

    def __init__(
        self,
        wire: Source,
        names: Sequence[str] | None = None,
        start: float = 0.0,
        last: int | None = None,
    ) -> None:
        self._wire = wire
        self._names = names
        self._start = start
        self._last = last

    # What to look at

    def only(self, *names: str) -> View:
        """What went between the server and these clients, as the transcript names them.

        Raises:
            ValueError: there is no client of that name; the message says which there are.
        """
        choose(names, self._wire.read(last=1)[1])
        return View(self._wire, names, self._start, self._last)

    def between(self, one: str, other: str) -> View:
        """What went between two ends, of which one is "server"."""
        return self.only(*(name for name in (one, other) if name != "server"))

    def since(self, mark: float) -> View:
        """What happened after `mark`, a number of seconds that `mark()` gave."""
        return View(self._wire, self._names, max(self._start, mark), self._last)

    def tail(self, count: int = 10) -> View:
        """The last `count` events."""
        return View(self._wire, self._names, self._start, count)

    @property
    def events(self) -> list[Event]:
        """What happened, oldest first: plain data, see `ws101.wire.events`."""
        from dataclasses import replace

        events, lanes = self.look()
        return [replace(event, peer=lanes[event.connection]) for event in events]

    def look(self, last: int | None = None) -> tuple[list[Event], dict[int, str]]:
        """The events in order of time, and a name for the client of each connection.

        With `last`, only that many of each connection, which is quicker.
        """
        if self._last is not None:
            last = min(self._last, last or self._last)
        events, lanes = self._wire.read(last)
        if self._names is not None:
            chosen = choose(self._names, lanes)
            lanes = {number: name for number, name in lanes.items() if name in chosen}
        events = [e for e in events if e.connection in lanes and e.time >= self._start]
        if self._last is not None:
            events = events[max(0, len(events) - self._last) :]
        return events, lanes

    # How to look at it

    def caption(self, what: str) -> str:
        """A title for a picture of `what`."""
        caption = f"Wire of {self._wire.title}: {what}."
        if forgotten := self._wire.recorder.forgotten:
            caption += f" {forgotten:,} older connections are not remembered."
        return caption

    def __str__(self) -> str:
        from ws101.wire.text import transcript

        events, lanes = self.look()
        return transcript(self.caption(_count(events)), events, lanes)

    def __repr__(self) -> str:
        return f"<{self.caption(_count(self.look()[0]))} Use print() to read it.>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from ws101.wire.html import picture
        from ws101.wire.text import transcript

        events, lanes = self.look()
        caption = self.caption(_count(events))
        return {
            "text/html": picture(caption, events, lanes),
            "text/plain": transcript(caption, events, lanes),
        }

    def to_pcap(self, path: str | os.PathLike[str]) -> Path:
        """Write a capture file for Wireshark: TCP segments around the recorded bytes.

        The ports and the bytes are the real ones, TCP's sequence numbers and acknowledgements are
        made up to fit them. Bytes that are not kept any more are a gap in the sequence.
        """
        from ws101.wire.pcap import write

        _, lanes = self.look(last=1)
        recordings = [r for r in self._wire.recorder.recordings() if r.number in lanes]
        return write(Path(path), recordings, self._wire.recorder.date)

    def live(self) -> Live:
        """Show the newest events in this cell's output, and go on as more happen.

        It draws at most 10 times a second, nothing as long as nothing happens, and ends with the
        server. Shown again, it moves to the new place. `live().stop()` ends it.

        Raises:
            RuntimeError: there is no notebook to draw in.
        """
        from ws101.wire.live import Live

        return self._wire.follow(Live(self, self._wire.recorder))


def _count(events: Sequence[Event]) -> str:
    """ "12 events, 1 connection" """
    from ws101.wire.rows import shown

    events = shown(events)
    connections = len({event.connection for event in events})
    return (
        f"{len(events):,} event{'s' * (len(events) != 1)}, "
        f"{connections:,} connection{'s' * (connections != 1)}"
    )


def choose(names: Sequence[str], lanes: dict[int, str]) -> set[str]:
    """The lanes that are meant: by their name, or by what comes before its brackets."""
    chosen: set[str] = set()
    for name in names:
        found = {lane for lane in lanes.values() if name in (lane, lane.partition(" (")[0])}
        if not found:
            raise ValueError(f"No client is called {name!r}. {there_are(lanes)}")
        chosen |= found
    return chosen


def there_are(lanes: dict[int, str]) -> str:
    """Which clients have connected, in a sentence."""
    names = ", ".join(sorted(set(lanes.values())))
    return f"There are: {names}." if names else "No client has connected yet."
