"""A conversation as a sequence diagram: HTML and SVG in which nothing has to run.

Each event is a `<details>` element: its summary is the row with the arrow, what it opens is the
frame, byte by byte. Browsers make that work with mouse, keyboard and screen reader, in JupyterLab,
in an exported page and in slides. Where a notebook is not trusted, JupyterLab drops styles and SVG,
and what is left is a list of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import islice

from ws101.wire.detail import detail
from ws101.wire.events import End, Event, HandshakeRequest, HttpMessage
from ws101.wire.labels import arrow, parts, tally
from ws101.wire.rows import Fold, Row, fold
from ws101.wire.strip import Lanes, draw, kind
from ws101.wire.text import line

CLIENTS = 7  # lanes for clients; if there are more, the last one is for the rest of them
LONG = 20  # rows; if there are more, the names of lanes stand below as well
LISTED = 200  # events that a fold lists when it is opened
_HEX = re.compile(r"[0-9a-f]{2}( [0-9a-f]{2})*( …)?$")


def picture(
    title: str,
    events: Sequence[Event],
    names: Mapping[int, str],
    *,
    rows: Sequence[Row] | None = None,
    live: str = "",
) -> str:
    """The whole diagram.

    Args:
        title: what it shows, in a sentence.
        events: in order of time.
        names: what to call the client of each connection, by its number.
        rows: what to draw of the events, instead of all of them, folded.
        live: the diagram's own name, if it is drawn again and again in one place.
    """
    rows = fold(events) if rows is None else rows
    diagram = _Diagram(rows, names)
    items = "".join(diagram.item(index, row) for index, row in enumerate(rows))
    return (
        f"<style>{_style()}</style>"
        f'<figure class="w101" data-live="{escape(live)}" style="--lanes: {diagram.lanes.count}">'
        f"<figcaption>{escape(title)}</figcaption>{diagram.head()}<ol>{items}</ol>"
        f"{diagram.head() if len(rows) > LONG else ''}</figure>"
    )


@cache
def _style() -> str:
    return files("ws101.wire").joinpath("style.css").read_text("utf-8")


class _Diagram:
    """Which lane each connection has, and from where to where its lifeline goes."""

    def __init__(self, rows: Sequence[Row], names: Mapping[int, str]) -> None:
        self.names = names
        self.first: dict[int, int] = {}
        self.last: dict[int, int] = {}
        for index, row in enumerate(rows):
            for event in row.events if isinstance(row, Fold) else [row]:
                number = event.connection
                begins = isinstance(event, HttpMessage) and event.offset == 0
                self.first.setdefault(number, index if begins else 0)
                self.last[number] = _last_row(event, index, len(rows))
        lanes: dict[str, int] = {}
        for number in sorted(self.first):  # so that lanes stay in place while rows come and go
            lanes.setdefault(names[number], len(lanes) + 1)
        self.heads = list(lanes)
        if len(lanes) > CLIENTS:
            self.heads = [*self.heads[: CLIENTS - 1], f"{len(lanes) - CLIENTS + 1} more clients"]
        self.lane = {n: min(lanes[names[n]], CLIENTS) for n in self.first}
        self.lanes = Lanes(len(self.heads) + 1)

    def head(self) -> str:
        """The names above the lifelines."""
        cells = "".join(_head(name) for name in ("server", *self.heads))
        return f'<div class="w101-head" aria-hidden="true">{cells}</div>' if self.heads else ""

    def item(self, index: int, row: Row) -> str:
        """One row: a list item, to be opened."""
        alive = {
            self.lane[number]
            for number, first in self.first.items()
            if first <= index <= self.last[number]
        }
        if isinstance(row, Fold):
            strip = draw(self.lanes, {0, *alive}, None, 0)
            like = " like this" if row.alike else ""
            label = (
                f"<span>… {len(row.events):,} more{like}</span> <i>{escape(tally(row.events))}</i>"
            )
            lines = [escape(line(event, self.names)) for event in islice(row.events, LISTED)]
            if len(row.events) > LISTED:
                lines.append(f"… and {len(row.events) - LISTED:,} more, in .events")
            inside = "<pre>" + "\n".join(lines) + "</pre>"
            return _item("fold", "", label, strip, inside, f"fold {row.events[0].time}")
        lane = self.lane[row.connection]
        strip = draw(self.lanes, {0, *alive}, row, lane)
        name = self.names[row.connection]
        way = {"→": " to server", "←": " from server"}.get(arrow(row), "")
        who = f"<b>{escape(name)}{way}: </b>"
        if lane == CLIENTS and self.heads[-1] != name:
            who = f'<span class="w101-who">{escape(name)}</span> {who}'
        label = who + " ".join(_part(part, i) for i, part in enumerate(parts(row)))
        time = f"{row.time:.3f}"
        key = f"{row.connection} {row.sender} {row.offset} {type(row).__name__}"
        return _item(kind(row), time, label, strip, detail(row, name), key)


def _last_row(event: Event, index: int, count: int) -> int:
    """To which row the lifeline goes, as far as this event at row `index` can tell."""
    if isinstance(event, End):
        return index - 1
    if isinstance(event, HandshakeRequest) or not isinstance(event, HttpMessage):
        return count
    return count if event.status == 101 else index


def _head(name: str) -> str:
    """A lane's name, and its program in a line below."""
    who, _, program = name.partition(" (")
    below = f"<small>{escape(program.rstrip(')'))}</small>" if program else ""
    return f'<span title="{escape(name)}">{escape(who)}{below}</span>'


def _item(style: str, time: str, label: str, strip: str, inside: str, key: str) -> str:
    return (
        f'<li class="w101-{style}"><details data-key="{escape(key)}"><summary>'
        f'<span class="w101-time">{time}</span><span class="w101-row">{strip}'
        f'<span class="w101-label">{label}</span></span></summary>'
        f'<div class="w101-detail">{inside}</div></details></li>'
    )


def _part(part: str, index: int) -> str:
    """A part of a headline: what it is, a quotation, a remark, or words."""
    tag = "strong" if index == 0 else {"“": "code", "[": "i"}.get(part[0], "span")
    if _HEX.match(part):
        tag = "code"
    return f"<{tag}>{escape(part.strip('[]') if tag == 'i' else part)}</{tag}>"
