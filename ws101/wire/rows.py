"""From events to the rows of a transcript or a picture: what repeats itself is folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ws101.wire.events import CLOSE, End, Event, FrameEvent

WHOLE = 40  # so many events are shown as they are
MOST = 60  # rows at most, or little more
PERIOD = 24  # events of the longest pattern that is recognised: a message in, 23 out


@dataclass(frozen=True, slots=True)
class Fold:
    """A stretch of events that is not shown: "… 480 more like this".

    Attributes:
        events: those that are folded.
        alike: whether they repeat what stands before.
    """

    events: tuple[Event, ...]
    alike: bool


Row = Event | Fold


def fold(events: Sequence[Event], whole: int = WHOLE, most: int = MOST) -> list[Row]:
    """Rows for these events: `whole` events or fewer as they are, else at most about `most` rows.

    First what repeats itself: the same kinds of events between the same ends, in the same order.
    If that is not enough, the middle of long stretches of messages, then the middle of it all.
    """
    events = shown(events)
    if len(events) <= whole:
        return list(events)
    rows = _fold_repeats(events)
    for ordinary in (_is_message, lambda row: True):
        if len(rows) > most:
            rows = _fold_stretches(rows, most, ordinary)
    return rows


def shown(events: Sequence[Event]) -> list[Event]:
    """All but the ends of connections that were HTTP only, which tell nothing."""
    return [event for event in events if not (isinstance(event, End) and event.code is None)]


def _kind(event: Event) -> tuple[object, ...]:
    """Events of one kind look alike in a picture, but for time, size and content.

    Clients that come or go are alike, whoever they are.
    """
    if not isinstance(event, FrameEvent):
        return type(event), event.sender, event.clean if isinstance(event, End) else None
    who = event.connection if _is_message(event) else None
    whole = event.fragment == 0, event.unsent == 0, event.missing == 0, event.note
    return event.opcode, event.header.fin, who, event.sender, event.close_code, *whole


def _fold_repeats(events: Sequence[Event]) -> list[Row]:
    kinds = [_kind(event) for event in events]
    rows: list[Row] = []
    start = 0
    while start < len(events):
        period, covered = _longest_repeat(kinds, start)
        shown = period * max(1, 3 // period)  # one turn of the pattern, or a few of a short one
        hidden = covered - shown - period
        if hidden < max(6, period):
            rows.append(events[start])
            start += 1
            continue
        first, last = start + shown, start + covered - period
        rows += events[start:first]
        rows.append(Fold(tuple(events[first:last]), alike=True))
        rows += events[last : start + covered]
        start += covered
    return rows


def _longest_repeat(kinds: Sequence[tuple[object, ...]], start: int) -> tuple[int, int]:
    """The pattern from `start` on that covers most: its length, and how many events it covers."""
    best = (1, 1)
    for period in range(1, PERIOD + 1):
        end = start + period
        while end < len(kinds) and kinds[end] == kinds[end - period]:
            end += 1
        covered = (end - start) // period * period
        if covered > best[1] and covered >= 2 * period:
            best = (period, covered)
    return best


def _is_message(row: Row) -> bool:
    return isinstance(row, Fold) or (isinstance(row, FrameEvent) and row.opcode != CLOSE)


def _fold_stretches(rows: list[Row], most: int, ordinary) -> list[Row]:
    """Fold the middle of each stretch of ordinary rows, so that `most` remain if that can be."""
    stretches: list[list[Row]] = [[]]
    others = 0
    for row in rows:
        if ordinary(row):
            stretches[-1].append(row)
        else:
            stretches += [[row], []]
            others += 1
    long = sum(len(stretch) > 5 for stretch in stretches)
    each = max(2, (most - others) // (2 * max(1, long)))
    result: list[Row] = []
    for stretch in stretches:
        middle = stretch[each:-each]
        if len(middle) > 3:
            inner = [e for row in middle for e in (row.events if isinstance(row, Fold) else [row])]
            result += [*stretch[:each], Fold(tuple(inner), alike=False), *stretch[-each:]]
        else:
            result += stretch
    return result
