"""Where an answer is tried: what every room has. The words of behaviours are in its kinds.

A room is open for one check. Each behaviour finds it empty and leaves it empty.
"""

from __future__ import annotations

from typing import Any, Self

from ws101.check.loops import LoopThread
from ws101.check.places import Stand
from ws101.check.players import say
from ws101.check.probe import Visit
from ws101.check.verdicts import Unmet
from ws101.wire import View


class NotStarted(Exception):
    """The learner's app did not start. `error` is what its lifespan raised, if it did."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Room:
    """What every room has.

    Args:
        answer: the learner's.
        learner: the thread in which its code runs.

    Attributes:
        answer: as given.
        said: what was done in the current behaviour, as (who, words).
    """

    def __init__(self, answer: Any, learner: LoopThread) -> None:
        self.answer = answer
        self.learner = learner
        self.said: list[tuple[str, str]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to close here."""

    def same(self, got: Any, wanted: Any, what: str) -> None:
        """Two values are equal, and of one type. `what` says what they are: "the accept key"."""
        if got != wanted or type(got) is not type(wanted):
            raise Unmet(f"{what} to be {say(wanted)}", say(got), wanted=wanted, got=got)

    # For the report

    async def settle(self) -> None:
        """Something came that should not: what comes right behind it belongs to it."""

    @property
    def errors(self) -> list[BaseException]:
        """What the learner's code raised in this behaviour, oldest first."""
        return []

    @property
    def visits(self) -> list[Visit]:
        """The connections of this behaviour, as the learner's app sees them."""
        return []

    def stands(self) -> list[Stand]:
        """Where the learner's code stands. To be asked on its own loop."""
        return []

    def visit(self, name: str | None) -> Visit | None:
        """The connection of one client, as the learner's app sees it."""
        return None

    def conversation(self) -> View | None:
        """What went over the wire in this behaviour, if anything did."""
        return None

    async def begin(self) -> None:
        """A behaviour begins."""
        self.said = []

    async def end(self) -> None:
        """It has ended: leave nothing behind."""
