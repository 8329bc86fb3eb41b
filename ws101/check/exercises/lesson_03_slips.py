"""What tends to go wrong in a broadcast, recognised from what happened."""

from __future__ import annotations

from ws101.check.case import Case
from ws101.check.exercises.faults import CANCELLED
from ws101.check.probe import Visit


def taken_out_twice(case: Case) -> str | None:
    """Somebody was taken out of a list or set who was not in it any more."""
    if not isinstance(case.error, ValueError | KeyError) or not any(v.left for v in case.visits):
        return None
    said = (
        "It had been taken out already: `broadcast` does it when a send fails, and the handler "
        "does it at its end. Ask first whether it is in there, or keep a set and `discard`."
    )
    by_itself = any(v.left and v.error is case.error for v in case.visits)  # harms nobody else
    if by_itself and (second := passed_over(case)):
        return f"{said} And there is a second fault: {second}"
    return said


def awaited_nothing(case: Case) -> str | None:
    """`await` in front of a call of a plain `def`."""
    if not isinstance(case.error, TypeError) or "'await' expression" not in str(case.error):
        return None
    if "NoneType" not in str(case.error):
        return None
    return (
        "What is called there is a plain `def`, which returns nothing to wait for. Call it "
        "without `await`."
    )


def changed_size(case: Case) -> str | None:
    """A set or dictionary was changed under the loop that walked it."""
    if not isinstance(case.error, RuntimeError) or "changed size" not in str(case.error):
        return None
    return (
        "While the loop walked the connections, one came or went, and Python refuses to go on. "
        "Walk a copy: `for client in list(…)`."
    )


def cut_for_another(case: Case) -> str | None:
    """The sender's handler ended because somebody else had vanished."""
    if not any(v.left for v in case.visits) or not any(map(_was_cut, case.visits)):
        return None
    return (
        "The send to a client that has vanished raised WebSocketDisconnect. It ended the handler "
        "that was sending, so an innocent sender was cut off. Catch it in `broadcast`, around that "
        "one send, and go on with the next client. (What a connection says of its own state does "
        "not help: it learns that the client has gone by a receive, or by a send that fails.)"
    )


def _was_cut(visit: Visit) -> bool:
    silent = not visit.left and visit.close is None and visit.error is None
    return silent and visit.ended and bool(visit.received)


def uncancelled(case: Case) -> str | None:
    """A cancellation that was swallowed."""
    if case.unmet.wanted != CANCELLED:
        return None
    return (
        "A server that stops cancels its handlers, which raises CancelledError where they wait. "
        "Here it waited for a send, and an `except` caught that too. A bare `except:` and `except "
        "BaseException:` catch everything: name what a client that has gone raises."
    )


def cancels_others(case: Case) -> str | None:
    """A task group in which one send that fails cancels all the others."""
    if not isinstance(case.error, BaseExceptionGroup):
        return None
    return (
        "When one task of a TaskGroup fails, the group cancels all the others and raises an "
        "ExceptionGroup. Catch what one send raises in the task that sends."
    )


def waits_for_the_dead(case: Case) -> str | None:
    """The broadcast stands still where somebody has gone."""
    if not missed(case) or not any(v.left for v in case.visits):
        return None
    wanted = case.unmet.wanted
    senders = [v for v in case.visits if any(deed.payload == wanted for deed in v.received)]
    if not any(not v.ended and not v.receiving and not v.pending for v in senders):
        return None
    return (
        "The broadcast waits because of somebody who has gone, and does not come back. Take it "
        "out and go on at once: no pause, no second try."
    )


def passed_over(case: Case) -> str | None:
    """Somebody was not sent to when somebody else had gone."""
    if not missed(case) or not any(v.left for v in case.visits):
        return None
    place, wanted = case.visits.index(case.visit), case.unmet.wanted
    before = any(_was_sent(v, wanted) for v in case.visits[:place])
    behind = any(_was_sent(v, wanted) for v in case.visits[place + 1 :])
    if behind and any(deed.payload == wanted for deed in case.visit.received):
        return (
            f"{case.unmet.client}, who said it, was not sent to, and others were. Is the sender "
            "left out, or did `disconnect` take out another one than it was given?"
        )
    if behind:
        return (
            f"{case.unmet.client} was stepped over. What is removed from a list while a loop walks "
            "it moves those behind up by one place, and the loop goes on behind the next. Walk a "
            "copy: `for client in list(…)`."
        )
    if before:
        return (
            "The loop ended at the one who has gone, so those behind it got nothing. The `try` "
            "belongs inside the loop, around one send, and nothing in it leaves the loop."
        )
    return None


def nobody_kept(case: Case) -> str | None:
    """Nothing was sent to anybody, or to the last one only."""
    if not missed(case):
        return None
    *others, last = [_was_sent(v, case.unmet.wanted) for v in case.visits]
    if not any(others) and not last:
        return (
            "The text came in, and nobody was sent to. Is every connection kept where the "
            "broadcast looks for it, behind its `accept`?"
        )
    if others and not any(others):
        return (
            "Only the one who came last was sent to. Whoever comes is added to those who are there."
        )
    return None


def missed(case: Case) -> bool:
    """Whether somebody waits for a text that the app has not sent there."""
    visit, wanted = case.visit, case.unmet.wanted
    if not case.unmet.silent or not isinstance(wanted, str) or case.source.not_awaited():
        return False
    return visit is not None and not _was_sent(visit, wanted)


def _was_sent(visit: Visit, text: str) -> bool:
    return any(deed.payload == text for deed in visit.sent)


def said_by_nobody(case: Case) -> str | None:
    """A text went out that no client had sent."""
    got = case.unmet.got
    if not isinstance(got, str) or not isinstance(case.unmet.wanted, str):
        return None
    if any(deed.payload == got for v in case.visits for deed in v.received):
        return None
    return "No client has said this. The task asks for what clients say, as they said it."


def miscounted(case: Case) -> str | None:
    """`/count` says another number."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if case.unmet.client is not None or not isinstance(wanted, int):
        return None
    if not isinstance(got, int):
        return "`/count` answers with `len(manager.clients)`, as in the cell that you were given."
    if got < wanted:
        return "There are fewer in `manager.clients` than are connected. `connect` puts them in."
    return (
        "A client that has gone is still in `manager.clients`, and every broadcast tries it anew. "
        "`disconnect` takes it out: at the end of its handler, however that ends."
    )
