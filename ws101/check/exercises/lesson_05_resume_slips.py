"""What tends to go wrong in a client that comes back, recognised from what happened."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from websockets import ConnectionClosed, InvalidHandshake

from ws101.check.case import Case, Slip
from ws101.check.exercises.tasks import LEFT

BACK = "comes back"
"""What a behaviour wants of a client whose connection has ended."""
AFTER = "after"
"""That it asks for what it does not have."""
PAUSED = "paused"
"""That it waits before it tries again."""
CLOSED = "closed"
"""That it closes its connection in the end."""
OWN = "a pause of its own"
"""What came, where it waited for another time than `pause`."""
RETURN = "return"
"""That it returns, and does not connect once more."""


def end_unheard(case: Case) -> str | None:
    """An end that nobody caught."""
    error = case.error
    if isinstance(error, ConnectionClosed):
        return (
            "The connection ended before all had come. `except ConnectionClosed:` catches each "
            "kind of end; then pause, and connect again."
        )
    if isinstance(error, InvalidHandshake):
        return (
            "The server refused, as one does that is about to start. `InvalidHandshake` is the "
            "parent of what `connect` raises when the answer is no 101: catch it, pause, try again."
        )
    if isinstance(error, OSError):
        return (
            "Nobody listened at that port, which is how it looks while a server is away. `connect` "
            "raises an OSError then: put it inside of the `try:`, and try again."
        )
    return None


def recv_of_many(case: Case) -> str | None:
    """A message taken for what it is not."""
    if not isinstance(case.error, TypeError) or "string indices" not in str(case.error):
        return None
    return 'A message is a text that holds JSON: `message = json.loads(text)`, then `message["n"]`.'


def came_back_not(case: Case) -> str | None:
    """Nobody connected again."""
    if case.unmet.wanted != BACK or case.error is not None:
        return None
    if case.unmet.got is not None or not case.unmet.silent:
        return (
            "It gave up before number `last` had come. Only having `last` ends it: no number of "
            "tries, and no end of a connection. After 1000 and 1001 `async for` ends with no "
            "exception, so the `return` cannot stand behind it."
        )
    return (
        "It does not connect again. Is there a loop around `connect`, and does nothing in it wait "
        "for what cannot come? `async for ws in connect(url)` has pauses of its own, of seconds."
    )


def asked_wrongly(case: Case) -> str | None:
    """The number in the address is another one."""
    if case.unmet.wanted != AFTER:
        return None
    wanted = int(case.unmet.expected.rpartition("=")[2])
    asked = parse_qs(urlsplit(str(case.unmet.got)).query).get("after", [""])[0]
    if not asked.isdecimal():
        return (
            'Each connection says what it has, in its address: `connect(f"{url}?after={newest}")`.'
        )
    if int(asked) == wanted + 1:
        return f"`after={wanted}` means: I have {wanted}, go on with the next. Add nothing to it."
    if int(asked) < wanted:
        return (
            f"Number {wanted} has come already. Note the newest number with each message, and make "
            "the address anew each time around the loop. (`async for ws in connect(…)` cannot: it "
            "keeps the address that it was given.)"
        )
    if wanted == 0:
        return (
            "This call has had no message yet. Is the number kept outside of the function, where "
            "all calls share it?"
        )
    return "The number in the address is that of the newest message that has come, 0 at first."


def hammered(case: Case) -> str | None:
    """No pause."""
    if case.unmet.wanted != PAUSED:
        return None
    if case.unmet.got == OWN:
        return (
            "It waited, but not for `pause` seconds, which is 5 in this call. Take no other number."
        )
    if case.unmet.got == ["code 1000"]:
        return (
            "After code 1000 `async for` ends without an exception, so a `sleep` in the `except` "
            "is not reached. Put `await asyncio.sleep(pause)` behind the `try` and its `except`, "
            "as the last line of the outer loop: every end passes there."
        )
    return (
        "With no pause, every client that lost the server hammers at it while it starts. `await "
        "asyncio.sleep(pause)` belongs at the end of the outer loop, whatever went wrong."
    )


def wrong_texts(case: Case) -> str | None:
    """Something else than the texts was returned."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(wanted, list):
        return None
    if not isinstance(got, list):
        return None
    if any(isinstance(one, dict) or str(one).startswith("{") for one in got):
        return 'Only the texts are asked for: `message["text"]`, of what `json.loads` gives.'
    if len(set(map(str, got))) < len(got):
        return (
            "A message is in there twice. A server may send again what you have: keep a message "
            "only if its number is above the newest that you have."
        )
    if len(got) < len(wanted):
        return "Some are missing. The list has to outlive the connection: make it before the loop."
    return "These are not the texts in the order of their numbers."


def hidden(case: Case) -> str | None:
    """It had all, and connected again."""
    if case.unmet.wanted != RETURN:
        return None
    return (
        "The messages had come, and it connected once more. Has something gone wrong in the loop "
        "that an `except` has hidden? Name the exceptions that a connection may end with, and no "
        "others. Or does it not notice that it has number `last`?"
    )


def left_open(case: Case) -> str | None:
    """The connection outlives the function, or the function the last message."""
    if case.unmet.wanted == CLOSED:
        return (
            "It has returned, and its connection is still open. `async with connect(…)` closes it "
            "at its end, however the block is left."
        )
    if case.unmet.silent and "to return" in case.unmet.expected:
        return (
            "Number `last` has come, and nothing more will. Look at the number after each message, "
            "and return then: do not wait for the end of the connection."
        )
    return None


def uncancelled(case: Case) -> str | None:
    """A cancellation that was swallowed."""
    if case.unmet.wanted != LEFT:
        return None
    return (
        "It was cancelled and went on. A bare `except:`, or `except BaseException:`, swallows the "
        "CancelledError as well. Name what you expect."
    )


ALL: tuple[Slip, ...] = (
    end_unheard, recv_of_many, came_back_not, asked_wrongly, hammered, wrong_texts, hidden,
    left_open, uncancelled,
)  # fmt: skip
