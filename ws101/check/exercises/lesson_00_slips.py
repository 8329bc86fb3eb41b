"""What tends to go wrong in the exercises of lesson 00, recognised from what happened."""

from __future__ import annotations

import inspect

from ws101.check.case import Case, Slip

PATH = "/ws"
NAMES = ["Ana", "Bo", "Bo"]
SHORT = 0.2  # seconds: a limit that is waited for to its end


def running_loop(case: Case) -> str | None:
    """`asyncio.run` where a loop runs already."""
    if "asyncio.run() cannot be called" not in str(case.error):
        return None
    return "This code runs on an event loop already. Write `await …` in place of `asyncio.run(…)`."


# A first client


def no_connection(case: Case) -> str | None:
    """`connect` that is neither awaited nor entered."""
    if not isinstance(case.error, AttributeError) or "'connect' object" not in str(case.error):
        return None
    return (
        "`connect(url)` alone connects nobody. `async with connect(url) as ana:` waits for the "
        "handshake, and closes the connection at its end."
    )


def two_at_once(case: Case) -> str | None:
    """Several `recv` that wait on one connection."""
    if type(case.error).__name__ != "ConcurrencyError":
        return None
    return (
        "One `recv` at a time: which of them should get the next message? Send a name, wait for "
        "its answer, then go on to the next."
    )


def other_address(case: Case) -> str | None:
    """Something was put behind the address."""
    if case.unmet.wanted != PATH:
        return None
    return "`url` is the whole address, with its path. It goes into `connect` as it is."


def nothing_sent(case: Case) -> str | None:
    """A client that connects and says nothing."""
    if not case.unmet.silent or case.unmet.wanted not in NAMES:
        return None
    return (
        "Your client has connected, and no name came. A `send` without `await` sends nothing, and "
        "it comes before the `recv` for its answer."
    )


def over_too_soon(case: Case) -> str | None:
    """A connection for each name, or a `return` in the loop."""
    unmet = case.unmet
    if case.error or unmet.silent or unmet.got is not None or unmet.wanted not in NAMES:
        return None
    return (
        "One connection carries all of the names. The loop over them is inside of "
        "`async with connect(url)`, and the `return` is behind the loop."
    )


def other_message(case: Case) -> str | None:
    """Something else than a bare name was sent."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if wanted not in NAMES or got is None:
        return None
    if isinstance(got, bytes):
        return "`send` makes a binary message of bytes. Send the name as it is, without `encode`."
    if got == "".join(NAMES):
        return "`send` makes a single message of a list. Send the names one by one."
    return "Something else was sent than the bare name. To greet is the server's part."


def other_answers(case: Case) -> str | None:
    """A result that is not the list of answers."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(wanted, list) or got is None:
        return None
    if not isinstance(got, list):
        return f"A list is asked for, with an answer for each name. This is a {type(got).__name__}."
    if any(inspect.iscoroutine(answer) for answer in got):
        return "`recv()` only makes a coroutine. The answer is what `await ana.recv()` gives."
    if got != wanted and sorted(map(str, got)) == sorted(wanted):
        return "The answers are the right ones in another order. Append each as it comes."
    return "These are not the server's words. Return what `recv` gave, one answer for each name."


def left_open(case: Case) -> str | None:
    """A connection that nobody closed."""
    if case.unmet.wanted != 1000 or not case.unmet.silent:
        return None
    return (
        "The function has returned and its connection is still open. `async with connect(url)` "
        "closes it at its end, even after an exception."
    )


def no_limit(case: Case) -> str | None:
    """A `recv` with no limit, with another one, or one whose end is kept secret."""
    if case.unmet.wanted is not TimeoutError:
        return None
    if case.unmet.silent:
        return (
            f"The call was given a limit of {SHORT} s. `async with asyncio.timeout(limit):` goes "
            "around the `recv`."
        )
    return (
        "No answer came, and who called was not told. Do not catch the `TimeoutError`: let it out."
    )


# A server that freezes


def nothing_to_await(case: Case) -> str | None:
    """`await` in front of a function that is no coroutine function."""
    if not isinstance(case.error, TypeError) or "await" not in str(case.error):
        return None
    if case.source.is_plain_def():
        return None
    return (
        "`await` cannot make a blocking call wait politely: the call has blocked, and returned "
        "nothing to await. `await asyncio.sleep(seconds)` gives way to others."
    )


def called_too_soon(case: Case) -> str | None:
    """`asyncio.to_thread` that was given a result in place of a function."""
    if not isinstance(case.error, TypeError) or "not callable" not in str(case.error):
        return None
    return (
        "The function was called here, on the event loop, and only its result was handed over. "
        "The function and its arguments go apart: `await asyncio.to_thread(boil, seconds)`."
    )


def too_early(case: Case) -> str | None:
    """An answer that waited for nothing."""
    if not isinstance(case.unmet.got, str) or case.unmet.wanted is not None:
        return None
    if case.source.not_awaited():
        return None  # the general slip names the line
    return (
        "The answer came at once: nothing waited before it. A coroutine or a task that nobody "
        "awaits holds nothing up. Is there an `await` in front of the call?"
    )


def one_pot(case: Case) -> str | None:
    """Timers that queue up behind each other."""
    if not case.unmet.silent or case.unmet.client != "bo":
        return None
    return "Bo waits until Ana's time is over. Something lets only one timer run at a time."


def left_meanwhile(case: Case) -> str | None:
    """A client that left before its answer."""
    if type(case.error).__name__ != "WebSocketDisconnect":
        return None
    return (
        "The client left while its egg boiled, so the answer found nobody. Keep the "
        "`except WebSocketDisconnect` around the loop: you were given it."
    )


OF_CLIENT: tuple[Slip, ...] = (
    running_loop, no_connection, two_at_once, other_address, nothing_sent, over_too_soon,
    other_message, other_answers, left_open, no_limit,
)  # fmt: skip

OF_TIMER: tuple[Slip, ...] = (
    running_loop, nothing_to_await, called_too_soon, too_early, one_pot, left_meanwhile,
)  # fmt: skip
