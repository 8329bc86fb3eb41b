"""The outcome of a check as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ws101.check.outcome import SIGNS, Outcome, excerpt
from ws101.check.verdicts import Finding, State

WIDTH = 96
_LABEL = 16  # columns for the labels of facts


def text(outcome: Outcome, *, conversations: bool) -> str:
    """All of it, with or without what went over the wire."""
    return "\n".join(_lines(outcome, conversations))


def _lines(outcome: Outcome, conversations: bool) -> Iterator[str]:
    yield f"{outcome.verdict.upper()}  {outcome.title}  ({outcome.seconds:.1f} s)"
    if outcome.says:
        yield from _wrapped(outcome.says, "  ")
    if outcome.behaviours:
        yield ""
    for result in outcome.behaviours:
        state = f"  ({result.state})" if result.state == State.UNTRIED else ""
        yield f"  {SIGNS[result.state]} {result.title}{state}"
    for result in outcome.behaviours:
        if result.finding is not None:
            yield ""
            yield f"✘ {result.title}"
            yield from _finding(outcome, result.finding)
            if conversations:
                yield from _conversation(outcome, result.finding)
    if outcome.printed:
        yield ""
        yield "Your code printed:"
        yield from ("  " + line for line in outcome.printed)
    for note in outcome.notes:
        yield ""
        yield from _wrapped(note, "")
    if outcome.next_step:
        yield ""
        yield outcome.next_step


def _finding(outcome: Outcome, finding: Finding) -> Iterator[str]:
    for label, words in outcome.facts(finding):
        yield from _wrapped(words, f"    {label:{_LABEL}}", " " * (_LABEL + 4))
        if label == finding.where and finding.place:
            yield from ("      " + line for line in excerpt(finding.place))
    if finding.trace and not outcome.repeats(finding):
        yield "    How it got there"
        yield from ("      " + line for line in finding.trace)


def _conversation(outcome: Outcome, finding: Finding) -> Iterator[str]:
    if finding.conversation is not None and not outcome.repeats(finding):
        yield ""
        yield textwrap.indent(finding.conversation.text, "    ")


def _wrapped(text: str, first: str, other: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if other is None else other,
        break_on_hyphens=False,
    )
