"""Whether an event loop still turns, told from outside by a heartbeat.

Time is counted in ticks of whoever watches, by the clock only as far as it ticks: when the whole
machine stands still for a second, the watcher does too, and the loop is not blamed for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Hold:
    """A time in which a loop did not turn.

    Attributes:
        seconds: how long, as far as it was watched.
        lines: the learner's lines in which its thread stood at the end, outermost first.
    """

    seconds: float
    lines: list[Place]


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
        self.now: Hold | None = None
        self.longest: Hold | None = None

    def tick(self) -> None:
        """See whether the last heartbeat was answered, and send the next."""
        if self._answered:
            self._answered = False
            self._since = Patience()
            self.now = None
            try:
                self._watched.loop.call_soon_threadsafe(self._answer)
            except RuntimeError:
                self._answered = True  # the loop is closed: it holds nobody up
            return
        lines = places.of_thread(self._watched.thread)
        self.now = Hold(self._since.turn(), lines)
        if self.longest is None or self.longest.seconds <= self.now.seconds:
            self.longest = self.now

    def _answer(self) -> None:
        self._answered = True
