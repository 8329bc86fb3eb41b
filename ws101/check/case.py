"""All that is known when a behaviour does not hold: what recognises slips reads this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ws101.check.probe import Visit
from ws101.check.syntax import Source
from ws101.check.verdicts import Unmet
from ws101.check.watch import Hold


@dataclass
class Case:
    """The evidence.

    Attributes:
        unmet: what was expected and what came.
        visit: the waiting client's connection, as the app sees it, if it got that far.
        visits: all connections of this behaviour.
        error: what the learner's code raised, if that has to do with it.
        source: the learner's code.
        hold: the longest time for which its loop was held, if it was.
    """

    unmet: Unmet
    visit: Visit | None
    visits: Sequence[Visit]
    error: BaseException | None
    source: Source
    hold: Hold | None


Slip = Callable[[Case], str | None]
"""Recognises one likely mistake: a sentence about it, or `None` if this is not it."""
