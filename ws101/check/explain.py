"""From "it did not come" to why: the verdict, the evidence, and the learner's own line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from ws101.check import again, places
from ws101.check.case import Case, Slip
from ws101.check.loops import LoopThread
from ws101.check.places import Place, Stand
from ws101.check.players import patiently
from ws101.check.rooms import Room
from ws101.check.syntax import Source, loop_around
from ws101.check.verdicts import Conversation, Finding, Unmet, Verdict, describe
from ws101.check.watch import Hold, Watch
from ws101.wire import View

T = TypeVar("T")

STANDS, ENDED = "Stands at", "Ended after"  # what a line is, where nothing else is at fault
DONE = 6  # of what was done in a behaviour, the newest that are told


async def explain(
    room: Room, unmet: Unmet, source: Source, slips: Sequence[Slip], watch: Watch
) -> Finding:
    """What to say of a behaviour that does not hold."""
    await room.settle()
    stands = await ask(room.learner, room.stands)
    error = _error_behind(room, unmet)
    stuck = _stuck(stands, unmet.client) if unmet.silent else None
    case = Case(unmet, room.visit(unmet.client), room.visits, error, source, watch.longest)

    if error is not None and (stub := stub_line(error)):
        return not_attempted(stub)
    if error is not None and "different" in str(error) and "loop" in str(error):
        return _of_another_loop(error)
    if error is not None:
        finding = raised(error)
    elif stuck is not None:
        finding = _timed_out(stuck)
        if len(case.visits) > 1:
            finding.client = stuck.client
    else:
        finding = Finding(Verdict.FAILED)
        finding.where, finding.place = _where(case, stands)
        if len(case.visits) > 1 and finding.where in (STANDS, ENDED):
            finding.client = unmet.client or ""
    finding.slip = next((said for slip in slips if (said := slip(case))), "")
    tell(finding, room)
    finding.facts += [("Expected", unmet.expected), ("Came", unmet.came)]
    return finding


def tell(finding: Finding, room: Room) -> None:
    """Add what was done in this behaviour, and what went over the wire."""
    said = room.said if len(room.said) <= DONE else _shorter(room.said)
    done = [f"{who} {what}" for who, what in said[-DONE:]]
    if done:
        finding.facts.append(("Done", "; ".join(["…", *done] if len(said) > DONE else done)))
    finding.conversation = _drawn(room.conversation())


def _shorter(said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those who did the same one after another in one go, in their order: it may matter."""
    told: list[tuple[str, str]] = []
    for who, what in said:
        names, same = told[-1] if told else ("", "")
        if what == same and who not in names.split(", "):
            told[-1] = (f"{names}, {who}", what)
        else:
            told.append((who, what))
    return told


async def ask(learner: LoopThread, question: Callable[[], T], within: float = 2.0) -> T | None:
    """Call something on the learner's loop. `None` if it does not answer: then it is blocked."""
    future: Future[T] = Future()

    def answer() -> None:
        if not future.set_running_or_notify_cancel():
            return  # nobody waits for it any more
        try:
            future.set_result(question())
        except Exception as error:
            future.set_exception(error)

    try:
        learner.loop.call_soon_threadsafe(answer)
        return await patiently(asyncio.wrap_future(future), within)
    except (TimeoutError, RuntimeError):  # it does not turn, or is closed
        return None


def stub_line(error: BaseException) -> Place | None:
    """The learner's line that raised `NotImplementedError`, if it was a line of theirs.

    That is Python's own word for "still to be written", and what a stub raises.
    """
    if not isinstance(error, NotImplementedError) or error.__traceback__ is None:
        return None
    lines = places.of_error(error)
    innermost = error.__traceback__
    while innermost.tb_next is not None:
        innermost = innermost.tb_next
    return lines[-1] if places.own(innermost.tb_frame.f_code.co_filename) else None


def not_attempted(place: Place) -> Finding:
    """The stub still stands."""
    says = f"Your code is still to be written, at {place}"
    return Finding(Verdict.NOT_ATTEMPTED, says, where="Waits for you at", place=place)


def _of_another_loop(error: BaseException) -> Finding:
    """Each check has a loop of its own, and what an app waited for on the last one stays there."""
    lines = places.of_error(error)
    return Finding(
        Verdict.NOT_GRADABLE,
        "A queue, lock or event of yours belongs to the event loop of an earlier run. "
        f"{again.ADVICE}",
        where="Used at" if lines else "",
        place=lines[-1] if lines else None,
    )


def raised(error: BaseException) -> Finding:
    """The learner's code raised something."""
    words = describe(error)
    if isinstance(error, SystemExit | KeyboardInterrupt):
        words += ", which ends the server, and every connection with it"
    lines = places.of_error(error)
    return Finding(
        Verdict.RAISED,
        f"Your code raised {words.removesuffix('.')}.",
        where="Raised at" if lines else "",
        place=lines[-1] if lines else None,
        trace=places.trace(lines) if len(lines) > 1 else [],
    )


def blocked(hold: Hold) -> Finding:
    """The learner's code holds its loop."""
    place = hold.lines[-1] if hold.lines else None
    slip = "An `async def` gives way to others only at an `await` that has to wait."
    if place is not None and hold.moves and (loop := loop_around(place.file, hold.visited)):
        place, catches_all = loop
        if catches_all:
            slip = (
                "The `except` in this loop catches everything, that the client has left as well, "
                "and the loop begins again, for ever. Catch only what you expect."
            )
    elif place is not None and "sleep(" in place.source and "await" not in place.source:
        slip = "`await asyncio.sleep(…)` waits as long, and gives way to others meanwhile."
    return Finding(
        Verdict.BLOCKED,
        f"Your code holds the event loop. For {hold.seconds:.1f} s no other line of it could run, "
        "and no client was answered.",
        slip=slip,
        where="Held at" if place else "",
        place=place,
        trace=places.trace(hold.lines) if len(hold.lines) > 1 else [],
    )


def _timed_out(stand: Stand) -> Finding:
    return Finding(
        Verdict.TIMED_OUT,
        f"Your code has waited for {stand.seconds:.1f} s at an await that has not ended.",
        where="Waits at",
        place=stand.lines[-1],
        trace=places.trace(stand.lines) if len(stand.lines) > 1 else [],
    )


def _stuck(stands: Sequence[Stand] | None, awaited: str | None) -> Stand | None:
    """One that stands at something else than the next message: the awaited client's, or the oldest.

    Another client's can hold up the awaited one's as well: it was to send to it.
    """
    standing = [s for s in stands or () if s.lines and not s.listening]
    return max(standing, key=lambda s: (s.client == awaited, s.seconds), default=None)


def _error_behind(room: Room, unmet: Unmet) -> BaseException | None:
    """What the learner's code raised, unless it is only that a client left it."""
    if unmet.error is not None:
        return unmet.error
    goodbyes = [v.error for v in room.visits if v.left and _is_goodbye(v.error)]
    errors = [error for error in room.errors if error not in goodbyes]
    visit = room.visit(unmet.client)
    return visit.error if visit and visit.error in errors else next(iter(errors), None)


def _is_goodbye(error: BaseException | None) -> bool:
    return type(error).__name__ == "WebSocketDisconnect"


def _where(case: Case, stands: Sequence[Stand] | None) -> tuple[str, Place | None]:
    """The line to look at where something else came than should: as (what it is, the line)."""
    visit = case.visit
    if visit is None:
        return "", None
    sent = [deed for deed in visit.sent if deed.payload == case.unmet.got and deed.place]
    if sent:
        return "Sent by", sent[-1].place
    if visit.close is not None and visit.close.place:
        return "Closed at", visit.close.place
    if visit.ended:
        return ENDED, visit.last
    if isinstance(case.unmet.got, list):
        return "", None  # messages, of which each has come: where it waits for more shows nothing
    standing = [s for s in stands or () if s.lines and s.client == (case.unmet.client or "")]
    return (STANDS, standing[-1].lines[-1]) if standing else ("", None)


def _drawn(view: View | None) -> Conversation | None:
    """The conversation as it is now: a view would go on with what comes later."""
    if view is None:
        return None
    drawn = view._repr_mimebundle_()
    return Conversation(drawn["text/plain"], drawn["text/html"])
