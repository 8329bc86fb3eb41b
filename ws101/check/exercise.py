"""An exercise: what it asks for, how it is tried, and how it helps.

A definition, and what a learner then calls:

    echo = Exercise("echo", App("/ws"), hints=("…", "…"))

    @echo.behaviour("A text comes back")
    async def comes_back(room):
        ana = await room.join("ana")
        await ana.send("hi")
        await ana.expects("hi")

    echo(app)  # the report
    echo.hint()  # the next hint
    echo.solution()  # after an attempt
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from ws101 import course
from ws101.check import running, solutions
from ws101.check import slips as general
from ws101.check.case import Slip
from ws101.check.definition import Definition
from ws101.check.kinds import NOTHING, Kind
from ws101.check.report import Report
from ws101.check.verdicts import Verdict
from ws101.progress import passed, remember


class Words(str):
    """Text that a notebook shows as text, not as a quoted string."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f'<div style="white-space: pre-wrap; max-width: 46em">{html.escape(self)}</div>'


class Exercise(Definition):
    """An exercise: call it with your answer, `check.NAME(app)`, and it says what happened.

    `check.NAME.hint()` gives a hint, and the next one when called again; `check.NAME.solution()`
    shows one way to do it, once you have tried. The rest is for who writes an exercise.

    Args:
        name: what its check is called, unique in the course; course.toml has its title.
        kind: what it asks for.
        hints: from a nudge to nearly the solution; at least one.
        slips: recognises what only happens here, asked before the general ones.
    """

    def __init__(
        self, name: str, kind: Kind, *, hints: Sequence[str], slips: Sequence[Slip] = ()
    ) -> None:
        if not hints:
            raise ValueError(f"The exercise {name} has no hint. Give it at least one.")
        super().__init__(name, kind, (*slips, *general.ALL))
        self.hints = tuple(hints)
        self._shown = 0
        self._attempted = False

    def __call__(self, answer: Any = NOTHING) -> Report:
        """Try an answer. Returns within 10 s whatever it does, and raises nothing of it.

        Raises:
            KeyboardInterrupt: the notebook's stop button. Nothing of the check is left then.
        """
        report = running.run(self, answer)
        if report.verdict not in (Verdict.NOT_ATTEMPTED, Verdict.NOT_GRADABLE):
            self._attempted = True
        if report.passed:
            try:
                remember(self.name)
            except OSError as error:
                report.notes.append(f"Your progress could not be kept: {error}")
        return report

    def hint(self) -> Words:
        """The first hint, then, each time it is called, the next."""
        shown, self._shown = self._shown, min(self._shown + 1, len(self.hints))
        if shown == len(self.hints):
            return Words(
                f"There are no more hints. After an attempt, check.{self.name}.solution() shows "
                "one way to do it."
            )
        more = len(self.hints) - shown - 1
        rest = "Once more for the next one." if more else "That was the last one."
        return Words(f"Hint {shown + 1} of {len(self.hints)}: {self.hints[shown]}\n{rest}")

    def solution(self) -> Any:
        """One way to do it, explained. Only after an attempt."""
        if not self._attempted and self.name not in passed():
            return Words(f"Try it first: {self.call}. Even a wrong answer opens the solution.")
        lesson = course.lesson_of(self.name)
        if lesson is None:
            return Words(f"The exercise {self.name} belongs to no lesson, so it has no solution.")
        return solutions.read(course.ROOT / lesson.solution_notebook, self.name)

    def __repr__(self) -> str:
        return f"<{self.call}: {self.title}>"
