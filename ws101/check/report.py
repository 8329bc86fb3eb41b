"""What a check answers, as text. `ws101.check.page` draws it as HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from ws101.check.places import Place
from ws101.check.verdicts import Finding, Result, State, Verdict

SIGNS = {State.HOLDS: "✔", State.BROKEN: "✘", State.UNTRIED: "–"}
WIDTH = 96
_LABEL = 16  # columns for the labels of facts


@dataclass
class Report:
    """The outcome of a check. A notebook shows it, `print` writes it.

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

    def summary(self) -> str:
        """The report as text, without the conversations."""
        return "\n".join(self._lines(conversations=False))

    def __str__(self) -> str:
        return "\n".join(self._lines(conversations=True))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ws101.check.page import page

        return page(self)

    def _lines(self, *, conversations: bool) -> Iterator[str]:
        yield f"{self.verdict.upper()}  {self.title}  ({self.seconds:.1f} s)"
        if self.says:
            yield from _wrapped(self.says, "  ")
        if self.behaviours:
            yield ""
        for result in self.behaviours:
            state = f"  ({result.state})" if result.state == State.UNTRIED else ""
            yield f"  {SIGNS[result.state]} {result.title}{state}"
        for result in self.behaviours:
            if result.finding is not None:
                yield ""
                yield f"✘ {result.title}"
                yield from self._finding(result.finding)
                if conversations:
                    yield from self._conversation(result.finding)
        if self.printed:
            yield ""
            yield "Your code printed:"
            yield from ("  " + line for line in self.printed)
        for note in self.notes:
            yield ""
            yield from _wrapped(note, "")
        if self.next_step:
            yield ""
            yield self.next_step

    def _finding(self, finding: Finding) -> Iterator[str]:
        for label, words in self.facts(finding):
            yield from _wrapped(words, f"    {label:{_LABEL}}", " " * (_LABEL + 4))
            if label == finding.where and finding.place:
                yield from ("      " + line for line in excerpt(finding.place))
        if finding.trace and not self.repeats(finding):
            yield "    How it got there"
            yield from ("      " + line for line in finding.trace)

    def _conversation(self, finding: Finding) -> Iterator[str]:
        if finding.conversation is not None and not self.repeats(finding):
            yield ""
            yield textwrap.indent(finding.conversation.text, "    ")

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
            rows.append((finding.where, line))
        if finding.slip:
            rows.append(("Likely slip", finding.slip))
        return rows


def excerpt(place: Place) -> list[str]:
    """The line and those around it, with an arrow at the one."""
    lines = place.excerpt() or [(place.line, place.source)]
    return [f"{'→' if n == place.line else ' '} {n:>3}  {text}" for n, text in lines]


def _wrapped(text: str, first: str, other: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if other is None else other,
        break_on_hyphens=False,
    )
