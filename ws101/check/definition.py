"""What an exercise is made of: plain data, which knows neither how it is tried nor what is said."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from ws101 import course
from ws101.check.case import Slip
from ws101.check.kinds import Kind

Steps = Callable[[Any], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Behaviour:
    """One fact that holds of a right answer.

    Attributes:
        title: the fact, in a sentence without a full stop.
        steps: what is done and expected, in a room of the exercise's kind.
        within: seconds for all of it.
    """

    title: str
    steps: Steps
    within: float


class Definition:
    """An exercise, as far as whoever tries an answer has to know it.

    Attributes:
        name: what its check is called, unique in the course; course.toml has its title.
        kind: what it asks for.
        slips: what recognises likely mistakes, in the order in which they are asked.
        behaviours: in the order in which they are tried.
    """

    def __init__(self, name: str, kind: Kind, slips: Sequence[Slip]) -> None:
        self.name = name
        self.kind = kind
        self.slips = tuple(slips)
        self.behaviours: list[Behaviour] = []

    def behaviour(self, title: str, within: float = 4.0) -> Callable[[Steps], Steps]:
        """Add a behaviour: a decorator of the `async` function that tries it.

        Args:
            title: the fact that it proves, in a sentence without a full stop.
            within: seconds for all of it. What it expects has deadlines of its own.
        """

        def add(steps: Steps) -> Steps:
            self.behaviours.append(Behaviour(title, steps, within))
            return steps

        return add

    @property
    def title(self) -> str:
        """As course.toml has it."""
        lesson = course.lesson_of(self.name)
        return lesson.exercises[self.name] if lesson else self.name

    @property
    def call(self) -> str:
        """How the check is called: "check.echo(app)"."""
        return self.kind.call.format(name=self.name, answer="your_answer")
