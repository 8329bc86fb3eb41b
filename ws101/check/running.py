"""A check from beginning to end: its threads, its deadlines, and who watches them.

Three threads. The learner's code runs in one, on a loop of its own. The clients that try it run in
another. The caller's, a notebook's kernel as a rule, waits, and watches the learner's loop.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import Any

from websockets import ConnectionClosed

from ws101.check import again, explain, places
from ws101.check.definition import Behaviour, Definition
from ws101.check.kinds import NOTHING
from ws101.check.loops import LoopThread
from ws101.check.players import patiently
from ws101.check.printed import Printed
from ws101.check.report import Report
from ws101.check.rooms import NotStarted, Room
from ws101.check.syntax import Source
from ws101.check.verdicts import Finding, Result, State, Unmet, Verdict
from ws101.check.watch import TICK, Patience, Watch

LIMIT = 6.5  # seconds for all behaviours; ending what they started takes up to 3 more
AT_MOST = 30.0  # seconds by the clock, where a crowded machine stretches those
HELD = 0.8  # seconds for which a loop may be held
ENOUGH = 2  # behaviours that do not hold: those behind them would say the same again
FINAL = (Verdict.NOT_ATTEMPTED, Verdict.NOT_GRADABLE, Verdict.TIMED_OUT)  # once is enough of these

_one_at_a_time = threading.Lock()


def run(exercise: Definition, answer: Any) -> Report:
    """Try an answer."""
    report = Report(exercise.name, exercise.title, Verdict.NOT_GRADABLE)
    if answer is NOTHING:
        report.says = f"Hand in your answer: {exercise.call}"
        return report
    if answer is ...:
        report.verdict = Verdict.NOT_ATTEMPTED
        report.says = "Your answer is still `...`, which holds the place for it."
        return report
    if refusal := exercise.kind.refusal(answer):
        report.says = f"{refusal} The check is called like this: {exercise.call}"
        return report
    if not _one_at_a_time.acquire(blocking=False):
        report.says = "Another check is under way in this notebook. Wait for it, then try again."
        return report
    try:
        return _Run(exercise, answer, report).report()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"check.{exercise.name} was interrupted. Nothing of it is left: run it again any time."
        ) from None
    finally:
        _one_at_a_time.release()


class _Run:
    """One check under way."""

    def __init__(self, exercise: Definition, answer: Any, report: Report) -> None:
        self._exercise = exercise
        self._answer = answer
        self._report = report
        self._log = Printed()
        self._learner = LoopThread("ws101 learner", self._log)
        self._clients = LoopThread("ws101 clients", Printed())
        self._watch = Watch(self._learner)
        function = exercise.kind.function(answer)
        self._source = Source(function)
        places.try_file_of(function)
        self._current: Result | None = None
        self._is_cut = False
        report.behaviours = [Result(behaviour.title) for behaviour in exercise.behaviours]

    def report(self) -> Report:
        """Run it to its end."""
        began = time.monotonic()
        cut_short: Finding | None = None
        try:
            room = self._exercise.kind.room(self._answer, self._learner)
            self._learner.start()
            self._clients.start()
            cut_short = self._wait_for(self._clients.submit(self._try_all(room)))
            if cut_short is not None:
                explain.tell(cut_short, room)
        finally:
            # One that holds its loop cannot hear that it is to stop.
            ended = self._learner.stop(patience=0.1 if self._watch.now else 1.5)
            self._clients.stop()
        if cut_short is not None:
            self._break(cut_short)
        self._conclude(ended)
        self._report.seconds = time.monotonic() - began
        return self._report

    # In the caller's thread

    def _wait_for(self, trying: Future[None]) -> Finding | None:
        """Wait until all is tried. Returns why it was cut short, if it was."""
        given, at_most = Patience(), time.monotonic() + AT_MOST
        while not wait([trying], timeout=TICK).done and self._learner.ended_by is None:
            self._watch.tick()
            hold = self._watch.now
            if hold is not None and hold.seconds >= HELD:
                return self._cut(trying, explain.blocked(hold))
            if given.turn() > LIMIT or time.monotonic() > at_most:
                says = f"Your code was given {LIMIT:g} s in all, and they are over."
                return self._cut(trying, Finding(Verdict.TIMED_OUT, says))
        if self._learner.ended_by is not None:
            return self._cut(trying, explain.raised(self._learner.ended_by))
        trying.result()  # an error of the check's own must not look like an outcome
        return None

    def _cut(self, trying: Future[None], finding: Finding) -> Finding:
        """From now on nothing is recorded: what happens is that the check ends."""
        self._is_cut = True
        trying.cancel()
        return finding

    def _break(self, finding: Finding) -> None:
        """The behaviour that was under way does not hold."""
        results = self._report.behaviours
        if self._current is None:
            self._current = Result("The app starts")
            results.insert(0, self._current)
        elif self._current.state == State.HOLDS:
            after = results.index(self._current) + 1
            self._current = Result("And when its clients have left, all goes on")
            results.insert(after, self._current)
        self._current.state = State.BROKEN
        self._current.finding = finding

    def _conclude(self, ended: bool) -> None:
        """Set the verdict: that of the first behaviour that does not hold."""
        report = self._report
        findings = report.findings
        unattempted = [f for f in findings if f.verdict == Verdict.NOT_ATTEMPTED]
        first = next(iter(unattempted or findings), None)
        report.verdict = first.verdict if first else Verdict.PASSED
        held = sum(result.state == State.HOLDS for result in report.behaviours)
        report.says = f"{held} of {len(report.behaviours)} behaviours hold."
        if first is not None and first.says:
            report.says = first.says
        if first is not None and first in unattempted:
            report.behaviours = [Result(b.title) for b in self._exercise.behaviours]
        again.remark(self._exercise, self._answer, report)
        report.printed = self._log.newest()
        if not ended:
            report.notes.append(_still_there(self._learner))
        elif report.verdict == Verdict.BLOCKED:
            report.notes.append("The check ended it, so nothing of it runs any more.")

    # In the clients' thread

    @property
    def _is_over(self) -> bool:
        """Whether what happens now only happens because the check, or the learner's loop, ends."""
        return self._is_cut or self._learner.ended_by is not None

    async def _try_all(self, room: Room) -> None:
        try:
            async with room:
                for behaviour, result in zip(
                    self._exercise.behaviours, list(self._report.behaviours), strict=True
                ):
                    if self._is_over:
                        break
                    self._current = result
                    await self._try(room, behaviour, result)
                    findings = self._report.findings
                    if len(findings) >= ENOUGH or any(f.verdict in FINAL for f in findings):
                        break
        except NotStarted as failure:
            finding = await self._why_not_started(failure)
            if not self._is_over:
                self._break(finding)

    async def _try(self, room: Room, behaviour: Behaviour, result: Result) -> None:
        await room.begin()
        try:
            try:
                await patiently(behaviour.steps(room), behaviour.within)
            except TimeoutError:
                raise Unmet(
                    f"all of it within {behaviour.within:g} s", "less than that", silent=True
                ) from None
            except ConnectionClosed as closed:
                raise Unmet("an open connection", f"its end: {closed}") from None
        except Unmet as unmet:
            finding = await explain.explain(
                room, unmet, self._source, self._exercise.slips, self._watch
            )
            if not self._is_over:
                result.finding, result.state = finding, State.BROKEN
        else:
            if not self._is_over:
                result.state = State.HOLDS
        finally:
            await room.end()
            # What holds the loop after the goodbye is this behaviour's doing, not the next one's.
            await explain.ask(self._learner, lambda: None)

    async def _why_not_started(self, failure: NotStarted) -> Finding:
        if failure.error is not None:
            stub = explain.stub_line(failure.error)
            return explain.not_attempted(stub) if stub else explain.raised(failure.error)
        lines = await explain.ask(self._learner, places.of_tasks)
        finding = Finding(
            Verdict.TIMED_OUT,
            "The app did not start within 2 s. Its lifespan must come to its `yield` before that.",
        )
        if lines:
            finding.where, finding.place = "Waits at", lines[-1]
        return finding


def _still_there(learner: LoopThread) -> str:
    lines = places.of_thread(learner.thread)
    where = f", at {lines[-1]}" if lines else ""
    return (
        f"The check could not end this code{where}. Python cannot break off a call that blocks "
        "outside of Python, nor code that swallows every exception. It goes on behind your "
        "notebook until it comes to its end; to be rid of it at once, restart the kernel. The next "
        "check does not mind."
    )
