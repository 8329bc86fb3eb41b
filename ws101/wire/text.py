"""A conversation as text: one line an event, to be read in a terminal or pasted into a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ws101.wire.events import Event
from ws101.wire.labels import arrow, headline, tally
from ws101.wire.rows import Row, fold


def transcript(title: str, events: Sequence[Event], lanes: Mapping[int, str]) -> str:
    """The transcript.

    Args:
        title: its first line.
        events: in order of time.
        lanes: what to call the client of each connection, by its number.
    """
    width = max((len(lanes[event.connection]) for event in events), default=0)
    lines = [title]
    for row in fold(events):
        lines.append(line(row, lanes, width))
    return "\n".join(lines)


def line(row: Row, lanes: Mapping[int, str], width: int = 0) -> str:
    """One row as text, the client's name padded to `width`."""
    if not isinstance(row, Event):
        like = " like this" if row.alike else ""
        return f"{'':>9}  … {len(row.events):,} more{like}: {tally(row.events)}"
    return f"{row.time:9.3f}  {lanes[row.connection]:{width}} {arrow(row)} server  {headline(row)}"
