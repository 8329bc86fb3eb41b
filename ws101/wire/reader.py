"""From a recording to its events, reading on from where the last look ended."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import islice

from ws101.wire.conversation import Conversation
from ws101.wire.events import SENDERS, Dropped, Event, FrameEvent, HttpMessage, Sender
from ws101.wire.lanes import agent
from ws101.wire.recording import Chunk, Recording

MOST = 20_000  # events of a connection that are kept
INFLATED = 32 << 20  # inflated bytes of a connection that are kept


class Reader:
    """The events of one recording. What one sees does not depend on how often one looked before.

    Attributes:
        program: what the client's first request says it is, see `lanes.agent`; `None` before it.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.program: str | None = None
        self._conversation = Conversation(recording.number)
        self._next = 0  # index of the first chunk that was not read
        self._events: deque[Event] = deque()
        self._inflated = 0
        self._cut = dict.fromkeys(SENDERS, 0)  # what begins before is dropped

    def read(self, last: int | None = None) -> list[Event]:
        """The events whose bytes are still kept, oldest first; only the `last` if that is given.

        The handshake comes first, whatever was dropped after it; then a `Dropped` that says what
        was. What has begun and not ended comes last, and frames that still wait in the server's
        memory say so.
        """
        start, chunks, skimmed = self.recording.take(self._next)
        if skimmed is not None:
            self._cut = {sender: skimmed.consumed(sender) for sender in SENDERS}
            if start > self._next:  # chunks were dropped before we had read them
                skimmed.go_on()
                self._conversation = skimmed
                self._events.clear()
                self._inflated = 0
                self._identify(skimmed.handshake)
        self._next = start + len(chunks)
        self._follow(chunks)
        kept = self._events if last is None else _newest(self._events, last)
        pending = [] if self.recording.ended else self._conversation.pending()
        events = [e for e in (*kept, *pending) if e.offset >= self._cut[e.sender]]
        self._mark_unsent(events)
        for sender in SENDERS:
            self._hide_cut_message(events, sender)
        return events if len(kept) < len(self._events) else self._with_dropped(events)

    def _with_dropped(self, events: list[Event]) -> list[Event]:
        """The events with the handshake before them, if what followed it is not there."""
        frames = self._conversation.frames - sum(isinstance(e, FrameEvent) for e in events)
        if not frames and not any(self._cut.values()):
            return events
        handshake = self._conversation.handshake
        known = {id(event) for event in handshake}
        rest = [event for event in events if id(event) not in known]
        dropped = self._dropped(frames, rest)
        return [*handshake, *([dropped] if dropped.size else []), *rest]

    def _follow(self, chunks: list[Chunk]) -> None:
        for chunk in chunks:
            events = self._conversation.feed(*chunk)
            if self.program is None:
                self._identify(events)
            for event in events:
                self._events.append(event)
                self._inflated += _inflated(event)
                if len(self._events) > MOST or self._inflated > INFLATED:
                    self._inflated -= _inflated(self._events.popleft())

    def _identify(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, HttpMessage) and event.sender == "client":
                self.program = agent(event.get("User-Agent") or "")
                return

    def _mark_unsent(self, events: list[Event]) -> None:
        """Replace the server's newest frames, as far as the operating system has not taken them."""
        waiting = self._conversation.ending.unsent or self.recording.still_waiting()
        sent = self._conversation.consumed("server") - waiting
        for index in range(len(events) - 1, -1, -1):
            event = events[index]
            if event.sender == "server" and isinstance(event, FrameEvent):
                unsent = event.offset + event.length - sent
                if unsent <= 0:
                    return
                events[index] = replace(event, unsent=min(unsent, event.size))

    def _hide_cut_message(self, events: list[Event], sender: Sender) -> None:
        """Say nothing of a message whose first frame is dropped: it would be but the rest of it."""
        for index, event in enumerate(events):
            if event.sender == sender and isinstance(event, FrameEvent) and event.message:
                if event.message.start < self._cut[sender]:
                    events[index] = replace(event, message=None)
                return

    def _dropped(self, frames: int, rest: list[Event]) -> Dropped:
        """What is missing between the handshake and the rest."""
        size = 0
        for sender in SENDERS:
            heads = (e for e in self._conversation.handshake if isinstance(e, HttpMessage))
            start = max((head.end for head in heads if head.sender == sender), default=0)
            kept = (e.offset for e in rest if e.sender == sender)
            size += max(0, next(kept, self._conversation.consumed(sender)) - start)
        return Dropped(
            connection=self.recording.number,
            time=rest[0].time if rest else self._conversation.time,
            size=size,
            frames=frames,
        )


def _newest(events: deque[Event], count: int) -> list[Event]:
    newest = list(islice(reversed(events), count))
    newest.reverse()
    return newest


def _inflated(event: Event) -> int:
    return len(event.inflated or b"") if isinstance(event, FrameEvent) else 0
