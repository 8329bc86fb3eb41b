"""The same app object once more: what earlier checks left in it, no report can tell from a fault.

Clients that have gone are still on a list. A queue, lock or event belongs to the event loop of the
earlier check, and what waits for it fails, often in a task that nobody watches.
"""

from __future__ import annotations

import contextlib
from typing import Any
from weakref import WeakValueDictionary

from ws101.check.definition import Definition
from ws101.check.report import Report
from ws101.check.verdicts import Result, Verdict

_LEFT = "what that left in it is still there: clients that have gone, a queue or lock"
ADVICE = "Run the cell that makes your app again, and then this one."
_FAULTS = (Verdict.FAILED, Verdict.RAISED, Verdict.BLOCKED, Verdict.TIMED_OUT)

_tried: WeakValueDictionary[int, Any] = WeakValueDictionary()  # by identity
_passed: WeakValueDictionary[tuple[str, int], Any] = WeakValueDictionary()


def remark(exercise: Definition, answer: Any, report: Report) -> None:
    """Add the advice to a report, if it may be the cure. `answer` counts as tried from now on.

    An app that has passed is right, so what it fails by now was left in it: there is nothing to
    grade. One that has not may be wrong, and its report stays.
    """
    if not exercise.kind.keeps_state:
        return
    if report.verdict in _FAULTS and _passed.get((exercise.name, id(answer))) is answer:
        report.verdict = Verdict.NOT_GRADABLE
        report.says = f"This app has passed, and {_LEFT}. {ADVICE}"
        report.behaviours = [Result(behaviour.title) for behaviour in exercise.behaviours]
    elif report.verdict in _FAULTS and _tried.get(id(answer)) is answer:
        report.notes.append(f"This app was checked before, and {_LEFT}. {ADVICE}")
    with contextlib.suppress(TypeError):  # of a kind that cannot be remembered
        _tried[id(answer)] = answer
        if report.passed:
            _passed[exercise.name, id(answer)] = answer
