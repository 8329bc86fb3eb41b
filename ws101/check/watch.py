"""Whether an event loop still turns, told from outside by a heartbeat.

Time is counted in ticks of whoever watches, by the clock only as far as it ticks: when the whole
machine stands still for a second, the watcher does too, and the loop is not blamed for it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from ws101.check import places
from ws101.check.loops import LoopThread
from ws101.check.places import Place

TICK = 0.05  # seconds between two looks at the loop


class Patience:
    """Counts seconds for somebody who waits in turns of `TICK`. A late turn counts for two."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last = time.monotonic()

    def turn(self) -> float:
        """A turn is over. Returns the seconds so far."""
        now = time.monotonic()
        self.seconds += min(now - self._last, 2 * TICK)
        self._last = now
        return self.seconds


@dataclass
class Hold:
    """A time in which a loop did not turn.

    Attributes:
        seconds: how long, as far as it was watched.
        lines: the learner's lines in which its thread stood last, outermost first.
        visited: the numbers of the lines in which the innermost of these functions was seen.
        moves: whether that function went on meanwhile, and not just waited for one call.
    """

    seconds: float = 0.0
    lines: list[Place] = field(default_factory=list)
    visited: set[int] = field(default_factory=set)
    moves: bool = False


class Watch:
    """Watches one loop. `tick` is called by one thread, every `TICK` seconds.

    Attributes:
        now: the hold that goes on, or `None`.
        longest: the longest so far, or `None`.
    """

    def __init__(self, watched: LoopThread) -> None:
        self._watched = watched
        self._answered = True
        self._since = Patience()
        self._seen: tuple[Any, ...] = ()
        self.now: Hold | None = None
        self.longest: Hold | None = None

    def tick(self) -> None:
        """See whether the last heartbeat was answered, and send the next."""
        if not self._answered:
            self._look()
            return
        self._answered = False
        self._since = Patience()
        self._seen = ()
        self.now = None
        try:
            self._watched.loop.call_soon_threadsafe(self._answer)
        except RuntimeError:
            self._answered = True  # the loop is closed: it holds nobody up

    def _answer(self) -> None:
        self._answered = True

    def _look(self) -> None:
        """Look at where the thread stands while its loop does not turn."""
        if self.now is None:
            self.now = Hold()
        self.now.seconds = self._since.turn()
        self.now.lines = places.of_thread(self._watched.thread)
        if self.longest is None or self.longest.seconds <= self.now.seconds:
            self.longest = self.now
        frame, called = sys._current_frames().get(self._watched.thread.ident or -1), None
        while frame is not None and not places.own(frame.f_code.co_filename):
            frame, called = frame.f_back, frame
        if frame is not None:
            # The same call, by identity, that it stood in before: it waits for that one.
            seen = (frame, frame.f_lasti, called)
            moved = any(a is not b and a != b for a, b in zip(seen, self._seen, strict=False))
            self.now.moves = self.now.moves or moved
            self.now.visited.add(frame.f_lineno)
            self._seen = seen
