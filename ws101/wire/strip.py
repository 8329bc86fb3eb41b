"""One row of the sequence diagram: lifelines from edge to edge, and an arrow between two of them.

Rows are separate SVG images, so that each can sit in a `<details>` of its own. They line up because
their lifelines stand at the same percentages, whatever the width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ws101.wire.events import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    Dropped,
    End,
    Event,
    FrameEvent,
    HandshakeRequest,
    HandshakeResponse,
    HttpMessage,
    Partial,
    Violation,
)

HEIGHT = 38  # of a strip, in pixels: it stands at the bottom of its row
_ARROW = 28  # the arrow's distance from the strip's top
_ABOVE = 120  # how far up lifelines go, for rows that words make higher; the style clips them
_SERVER = 0  # the server's lane, left of the clients'


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where lifelines stand: lane 0 is the server's, clients follow.

    Attributes:
        count: how many lanes there are.
    """

    count: int

    def x(self, lane: int, share: float = 0.0) -> str:
        """A lane's place, or that of a point on the way from the server to it (0 to 1)."""
        width = 100 / self.count
        place = width * (lane + 0.5)
        return f"{place - share * lane * width:.2f}%"


def kind(event: Event) -> str:
    """The event's class in the style sheet: how its arrow is drawn."""
    match event:
        case HandshakeRequest():
            return "handshake"
        case HandshakeResponse():
            return "handshake" if event.accepted else "http"
        case HttpMessage():
            return "http"
        case FrameEvent() if event.opcode == CLOSE:
            return "close"
        case FrameEvent() if event.opcode in (PING, PONG):
            return "ping"
        case FrameEvent() if event.opcode == BINARY:
            return "binary"
        case FrameEvent():
            return "text"
        case Violation():
            return "broken"
        case End():
            return "end" if event.clean else "broken"
    return "note"


def draw(lanes: Lanes, alive: Iterable[int], event: Event | None, lane: int) -> str:
    """The row's SVG.

    Args:
        lanes: where they stand.
        alive: lanes whose lifeline passes this row.
        event: what happened, or `None` for a row that stands for others.
        lane: the client's, for the event.
    """
    gap = event is None or isinstance(event, Dropped)
    lines = [_lifeline(lanes, one, gap) for one in alive]
    if isinstance(event, End):
        lines.append(_end(lanes, event, lane))
    elif event is not None and not isinstance(event, Dropped | Violation):
        lines.append(_arrow(lanes, event, lane))
    elif isinstance(event, Violation):
        at = lane if event.sender == "client" else _SERVER
        lines.append(_at(lanes.x(at), '<path class="w101-mark" d="M-5-5 5 5M-5 5 5-5"/>'))
    body = "".join(lines)
    return f'<svg class="w101-strip" height="{HEIGHT}" width="100%" aria-hidden="true">{body}</svg>'


def _lifeline(lanes: Lanes, lane: int, gap: bool, y: str = "100%") -> str:
    style = "w101-life w101-gap" if gap else "w101-life"
    x = lanes.x(lane)
    return f'<line class="{style}" x1="{x}" x2="{x}" y1="-{_ABOVE}" y2="{y}"/>'


def _arrow(lanes: Lanes, event: Event, lane: int) -> str:
    client, server = lanes.x(lane), lanes.x(_SERVER)
    start, end = (client, server) if event.sender == "client" else (server, client)
    arrived = _arrived(event)
    if arrived < 1:
        end = lanes.x(lane, arrived if event.sender == "client" else 1 - arrived)
        tip = '<path class="w101-mark" d="M-3-6V6M3-6V6"/>'
    else:
        # Drawn to the right; towards the server, on the left, it is turned.
        turn = "" if event.sender == "server" else ' transform="scale(-1)"'
        tip = f'<path class="w101-tip" d="M-1 0-10-4.5V4.5z"{turn}/>'
        if isinstance(event, FrameEvent) and event.opcode == CLOSE:
            tip += f'<path class="w101-mark" d="M1-6V6"{turn}/>'
    return (
        f'<line class="w101-arrow" x1="{start}" x2="{end}" y1="{_ARROW}" y2="{_ARROW}"/>'
        f"{_at(start, '<circle r=2.5 class=w101-tip />')}{_at(end, tip)}"
    )


def _arrived(event: Event) -> float:
    """How far the arrow goes: 1 for all the way, and a stub if nothing has left the server."""
    if isinstance(event, Partial):
        return 0.4
    if isinstance(event, FrameEvent) and (event.missing or event.unsent):
        return 0.1 if event.unsent == event.size else 0.4
    return 1


def _end(lanes: Lanes, event: End, lane: int) -> str:
    """The lifeline ends: with a bar, or torn, with a line that does not arrive."""
    stop = _lifeline(lanes, lane, False, f"{_ARROW}")
    x = lanes.x(lane)
    if event.clean:
        return stop + _at(x, '<path class="w101-mark" d="M-7 0H7"/>')
    start, end = (x, lanes.x(_SERVER)) if event.sender == "client" else (lanes.x(_SERVER), x)
    middle = lanes.x(lane, 0.5)
    return (
        f'{stop}<line class="w101-arrow w101-torn" x1="{start}" x2="{middle}" y1="{_ARROW}" '
        f'y2="{_ARROW}"/><line class="w101-arrow w101-lost" x1="{middle}" x2="{end}" '
        f'y1="{_ARROW}" y2="{_ARROW}"/>'
        + _at(middle, '<path class="w101-mark" d="M-4-8 3-2-3 2 4 8"/>')
        + _at(x, '<path class="w101-mark" d="M-6-6 6 6M-6 6 6-6"/>')
    )


def _at(x: str, shape: str) -> str:
    return f'<svg x="{x}" y="{_ARROW}" overflow="visible">{shape}</svg>'
