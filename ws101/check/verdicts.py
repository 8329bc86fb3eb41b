"""What a check can say, and the evidence that goes with it. Plain data: no thread, no drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ws101.check.places import Place


class Verdict(StrEnum):
    """The one word at the top of a report."""

    NOT_ATTEMPTED = "not attempted"
    """The stub still stands: it raised `NotImplementedError`, or the value is still `...`."""
    PASSED = "passed"
    """Every behaviour holds."""
    FAILED = "failed"
    """A behaviour does not hold: something else came than should, or nothing."""
    RAISED = "raised"
    """The learner's code raised an exception."""
    BLOCKED = "blocked"
    """The learner's code held its event loop."""
    TIMED_OUT = "timed out"
    """The learner's code stands at an await that does not end."""
    NOT_GRADABLE = "not gradable"
    """What was handed in is not what the exercise asks for."""


class State(StrEnum):
    """Whether a behaviour holds."""

    HOLDS = "holds"
    BROKEN = "does not hold"
    UNTRIED = "not tried"


class Unmet(Exception):
    """A behaviour does not hold. What it expected and what came, in words and as values.

    Attributes:
        expected: what should have come, as the end of "expected …".
        came: what came instead.
        client: the name of the client that was waiting, or `None`.
        wanted, got: the two as values, for those who recognise slips.
        error: what the learner's code raised, where that is what came.
        silent: whether nothing came at all.
    """

    def __init__(
        self,
        expected: str,
        came: str,
        *,
        client: str | None = None,
        wanted: Any = None,
        got: Any = None,
        error: BaseException | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__(f"expected {expected}, came {came}")
        self.expected = expected
        self.came = came
        self.client = client
        self.wanted = wanted
        self.got = got
        self.error = error
        self.silent = silent


@dataclass(frozen=True)
class Conversation:
    """What went over the wire until a moment, drawn then, as text and as HTML."""

    text: str
    html: str


@dataclass
class Finding:
    """Why a behaviour does not hold.

    Attributes:
        verdict: what this makes of the whole answer.
        says: it in a sentence; nothing for `FAILED`, where the facts say it all.
        facts: what was done, expected and seen, as pairs of a label and words.
        slip: what the likely mistake is, or empty.
        where: what `place` is, as in "Raised at"; empty if there is none.
        place: the line of the learner's own code.
        client: whose handler it was at that line, where there are several; else empty.
        trace: the learner's lines that led there, outermost first.
        conversation: what went over the wire, or `None` where nothing did.
    """

    verdict: Verdict
    says: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    slip: str = ""
    where: str = ""
    place: Place | None = None
    client: str = ""
    trace: list[str] = field(default_factory=list)
    conversation: Conversation | None = None


@dataclass
class Result:
    """One behaviour and how it went."""

    title: str
    state: State = State.UNTRIED
    finding: Finding | None = None


def describe(error: BaseException) -> str:
    """An exception in words: its type and what it says."""
    if type(error).__name__ == "WebSocketDisconnect":
        return f"WebSocketDisconnect, with close code {getattr(error, 'code', None)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
