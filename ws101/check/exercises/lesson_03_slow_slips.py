"""The slips of lesson 03's exercise on slow clients."""

from __future__ import annotations

from ws101.check.case import Case
from ws101.check.exercises.tasks import LEFT

LIMIT = 8
MANY = [f"text {n}" for n in range(1, 13)]
UNDER_WAY = "under way"


def waits_for_slow(case: Case) -> str | None:
    """The one that broadcasts waits for the one that reads nothing."""
    if not case.unmet.silent or not any(v.pending for v in case.visits):
        return None
    return (
        "bo reads nothing, and whoever broadcasts waits for it, so all the others wait too. To "
        "broadcast is to `put` for everyone, and `put` never waits: no `await` in it, and none in "
        "the loop around it. Only a client's own writer waits for it."
    )


def full(case: Case) -> str | None:
    """The queue was full, and nobody had made room."""
    if type(case.error).__name__ != "QueueFull":
        return None
    return (
        "`put_nowait` makes no room by itself. When the queue is full, take the oldest out before: "
        "`get_nowait()`."
    )


def empty(case: Case) -> str | None:
    """Room was made where nothing waited."""
    if type(case.error).__name__ != "QueueEmpty":
        return None
    return (
        "Nothing waits there that could be taken out. Make room only if the queue is full: "
        "`self.waiting.full()`."
    )


def other_thing(case: Case) -> str | None:
    """What was to be taken out was never put in, or is out already."""
    if not isinstance(case.error, ValueError) or "not in list" not in str(case.error):
        return None
    return (
        "`clients` does not have what is to be taken out. It holds `Client` objects, not "
        "websockets; and each is taken out once."
    )


def writer_waits(case: Case) -> str | None:
    """A handler whose client has left waits for something that does not come."""
    visit = case.visit
    if not case.unmet.expected.startswith("the handler of") or not case.unmet.silent:
        return None
    if visit is None or not visit.left or visit.receiving:
        return None
    return (
        f"{case.unmet.client} has left, and its handler waits on. For its writer? That waits at "
        "`get()`, for ever. Cancel it: `writer.cancel()`."
    )


def other_policy(case: Case) -> str | None:
    """What the slow client got is another choice of what waited."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(got, list) or not isinstance(wanted, list):
        return None
    if len(got) > 1 and got[0] == wanted[-1]:
        return (
            "The newest came first. The writer sends in the order in which the texts came, and "
            "what is dropped is taken from the same end as what is sent."
        )
    if wanted != MANY[-LIMIT:]:
        return f"Nothing had to be dropped: {len(wanted)} texts waited, and there is room for them."
    if got == MANY:
        return (
            "Nothing was dropped. If this client never read again, what waits for it would grow "
            f"without end. At most {LIMIT} may wait."
        )
    if got == MANY[:LIMIT]:
        return "It was the newest that were dropped. When the queue is full, the oldest makes room."
    if got == MANY[-1:]:
        return "All but the last were dropped. When the queue is full, one makes room, the oldest."
    if got == MANY[-len(got) :]:
        return f"{len(got)} texts waited, and {LIMIT} may: when it is full, one of them makes room."
    return "When the queue is full, the oldest makes room. The writer sends the oldest first."


def one_queue(case: Case) -> str | None:
    """One client got what others should have got."""
    wanted = case.unmet.wanted
    if not case.unmet.silent:
        return None
    if all(sum(deed.payload == wanted for deed in v.sent) < 2 for v in case.visits):
        return None
    return (
        "One client was sent the text more than once, and another never. Do all put into one "
        "queue, and take from it? Each has its own, made in `__init__`."
    )


def given_up(case: Case) -> str | None:
    """A send to the slow client was not brought to its end."""
    visit, wanted = case.visit, case.unmet.wanted
    if case.unmet.client != "bo" or wanted != UNDER_WAY or visit is None or visit.left:
        return None
    if case.source.not_awaited():
        return None
    if any(deed.payload == wanted for deed in (*visit.sent, *visit.pending)):
        return None
    return (
        "The send to bo was given up while he read nothing. Here nobody is given up for being "
        "slow: no timeout around the send, and no close. What is too much is dropped in `put`."
    )


def twice(case: Case) -> str | None:
    """A text that one client was sent twice."""
    got = case.unmet.got
    if case.visit is None or sum(deed.payload == got for deed in case.visit.sent) < 2:
        return None
    return "It was sent this text twice. A text is put, and waits; only the writer sends."


def writer_left(case: Case) -> str | None:
    """A client has gone and its writer has not."""
    if case.unmet.wanted != LEFT:
        return None
    return (
        "A client has gone, and the task that writes to it goes on waiting, for ever. Cancel it "
        "where its handler ends, whatever ends it: `finally: writer.cancel()`."
    )


def not_taken_out(case: Case) -> str | None:
    """`/count` counts clients that have gone."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if case.unmet.client is not None or not isinstance(wanted, int):
        return None
    if not isinstance(got, int):
        return "`/count` answers with `len(clients)`, as in the cell that you were given."
    if got < wanted:
        return "There are fewer in `clients` than are connected. Append each one after `accept`."
    return (
        "A client that has gone is still in `clients`, and texts are put into its queue for ever. "
        "Take it out where its handler ends, whatever ends it: in the `finally:`."
    )


def nothing_written(case: Case) -> str | None:
    """A text came in, and nothing went out to anybody."""
    if not case.unmet.silent or any(v.sent for v in case.visits):
        return None
    if not any(v.received for v in case.visits) or case.source.not_awaited():
        return None
    return (
        "Nobody sent it. Does each client's `write` run, in a task of its own: "
        "`asyncio.create_task(client.write())`? Or does `write` end when its queue is empty? It "
        "must wait there: `await self.waiting.get()`. And is `put` a plain `def`? An `async def` "
        "does nothing until it is awaited."
    )


def nothing_received(case: Case) -> str | None:
    """The handler waits for something else than a message."""
    visit = case.visit
    if not case.unmet.silent or visit is None or visit.ended or not visit.accepted:
        return None
    if visit.receiving or any(v.received for v in case.visits):
        return None
    return (
        "The handler receives nothing, as it waits for something else. Two things go on for each "
        "client, receiving and writing, so the writer needs a task of its own: "
        "`asyncio.create_task(client.write())`, without `await`."
    )


def one_written(case: Case) -> str | None:
    """The writer wrote one text and was through."""
    visit = case.visit
    if not case.unmet.silent or visit is None or len(visit.sent) != 1:
        return None
    if any(v.pending for v in case.visits) or case.source.not_awaited():
        return None
    return (
        "One text was sent to it, and no other. `write` goes on for as long as its client is "
        "there, however slow it is."
    )
