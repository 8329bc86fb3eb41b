"""The outcome of a check: what text and page both say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from ws101.check.places import Place
from ws101.check.verdicts import Finding, Result, State, Verdict

SIGNS = {State.HOLDS: "✔", State.BROKEN: "✘", State.UNTRIED: "–"}


@dataclass
class Outcome:
    """How a check went, behaviour by behaviour, and what the learner is told.

    Attributes:
        exercise: the name of the check.
        title: the exercise's.
        verdict: one of seven words.
        says: the verdict in a sentence.
        behaviours: each behaviour and how it went.
        notes: what else is to be said, such as a thread that could not be ended.
        printed: what the learner's code printed, the newest lines.
        seconds: how long the check took.
    """

    exercise: str
    title: str
    verdict: Verdict
    says: str = ""
    behaviours: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every behaviour holds."""
        return self.verdict == Verdict.PASSED

    @property
    def findings(self) -> list[Finding]:
        """What was found, one for each behaviour that does not hold."""
        return [b.finding for b in self.behaviours if b.finding is not None]

    @property
    def next_step(self) -> str:
        """What to do now, in a sentence."""
        if self.verdict in (Verdict.PASSED, Verdict.NOT_GRADABLE):
            return ""
        if self.verdict == Verdict.NOT_ATTEMPTED:
            return f"A hint to begin with: check.{self.exercise}.hint()"
        return f"Stuck? check.{self.exercise}.hint()"

    def repeats(self, finding: Finding) -> bool:
        """Whether an earlier finding shows the same fault in the same line."""
        if not finding.slip and finding.verdict == Verdict.FAILED:
            return False  # what is at fault is not known
        earlier = takewhile(lambda one: one is not finding, self.findings)
        return any(
            (f.verdict, f.slip, f.place) == (finding.verdict, finding.slip, finding.place)
            for f in earlier
        )

    def facts(self, finding: Finding) -> list[tuple[str, str]]:
        """What a finding says, as pairs of a label and words."""
        rows = list(finding.facts)
        if self.repeats(finding):
            return [*rows, ("Cause", "The same as above.")]
        if finding.says and not self.says.startswith(finding.says):
            rows.append((finding.verdict.capitalize(), finding.says))
        if finding.place:
            line, _, _ = str(finding.place).partition(": ")
            whose = f", in the handler of {finding.client}" if finding.client else ""
            rows.append((finding.where, line + whose))
        if finding.slip:
            rows.append(("Likely slip", finding.slip))
        return rows


def excerpt(place: Place) -> list[str]:
    """The line and those around it, with an arrow at the one."""
    lines = place.excerpt() or [(place.line, place.source)]
    return [f"{'→' if n == place.line else ' '} {n:>3}  {text}" for n, text in lines]
