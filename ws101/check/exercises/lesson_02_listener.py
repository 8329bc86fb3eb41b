"""Exercise of lesson 02: a client that survives the server's close."""

from __future__ import annotations

import inspect
from typing import Any

from websockets import ConnectionClosed, ConnectionClosedOK

from ws101.check.calls import Call
from ws101.check.case import Case
from ws101.check.clients import ClientRoom
from ws101.check.exercise import Exercise
from ws101.check.kinds import Client
from ws101.check.players import Player, patiently, say
from ws101.check.verdicts import Unmet

STAY = "stay"
"""What the learner's client is to do until the server closes."""


def closed_unheard(case: Case) -> str | None:
    """The end of the connection was not caught, or only half of it."""
    if not isinstance(case.error, ConnectionClosed):
        return None
    if isinstance(case.error, ConnectionClosedOK):
        return (
            "`recv` raises ConnectionClosedOK when the server has closed with 1000 or 1001. That "
            "is how it says that no more will come: catch `ConnectionClosed`."
        )
    return (
        "Where the close code means an error, or no close frame came, `recv` and `async for` raise "
        "ConnectionClosedError. `except ConnectionClosed:` catches both kinds of end."
    )


def gave_up(case: Case) -> str | None:
    """A deadline ended the listening."""
    if not isinstance(case.error, TimeoutError):
        return None
    return "Your client gave up while the server was silent. It is no end: wait with no limit."


def no_frame(case: Case) -> str | None:
    """The close frame was asked, and there was none."""
    if not isinstance(case.error, AttributeError) or "NoneType" not in str(case.error):
        return None
    return (
        "The exception's `rcvd` is the close frame that came. Here none came, so it is None. "
        "`ws.close_code` knows the code in any case."
    )


def goes_on(case: Case) -> str | None:
    """The connection has ended, and the function has not."""
    if not case.unmet.silent or "return" not in case.unmet.expected:
        return None
    return (
        "The connection has ended, and your function goes on. It is to return then. `async for "
        "ws in connect(url)` would connect anew, for ever."
    )


def recv_not_awaited(case: Case) -> str | None:
    """Coroutines were kept in place of what they would have returned."""
    if not any(inspect.iscoroutine(one) for one in kept(case.unmet.got)):
        return None
    return "`await` is missing: without it `ws.recv()` is a promise of a message, not a message."


def left_early(case: Case) -> str | None:
    """The client closed the connection."""
    if case.unmet.wanted != STAY:
        return None
    return (
        "Only the server ends this conversation. Receive in a loop, with no limit in number or "
        "time: `async for message in ws:` goes on until the connection ends."
    )


def not_three(case: Case) -> str | None:
    """Something else than a tuple of three was returned."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(wanted, tuple) or got is None:
        return None
    if isinstance(got, tuple) and len(got) == 3:
        return None
    return "Return three things: `return messages, code, reason`, which makes a tuple of three."


def wrong_end(case: Case) -> str | None:
    """The code or the reason is not the one that was sent."""
    got, wanted = _threes(case)
    if got[1:] == wanted[1:]:
        return None
    if got[1] is None:
        return "`close_code` is None as long as the connection is open. Read it behind the loop."
    if got[1] == wanted[1]:
        return "The code is right, the reason is not. `ws.close_reason` is what the server gave."
    return f"The connection ended with {wanted[1]}. `ws.close_code` tells, once it is over."


def lost_messages(case: Case) -> str | None:
    """The end is right, and messages are missing or changed."""
    got, wanted = _threes(case)
    if got[:1] == wanted[:1]:
        return None
    if got[0] == [] and wanted[0]:
        return (
            "No message is left. Append each one, when it comes, to a list made before the `try:`. "
            "One that is made in one go is gone when an exception comes out of it."
        )
    return "Return each message as it came, text as `str` and binary as `bytes`."


def kept(got: Any) -> list[Any]:
    """The messages in what was returned, if there is a list of them."""
    messages = got[0] if isinstance(got, tuple) and got else got
    return messages if isinstance(messages, list) else []


def _threes(case: Case) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What was returned and what should have been; two that are equal if it is not three."""
    got, wanted = case.unmet.got, case.unmet.wanted
    both = all(isinstance(one, tuple) and len(one) == 3 for one in (got, wanted))
    return (got, wanted) if both else ((), ())


listener = Exercise(
    "listener",
    Client("url"),
    hints=(
        "There are two ways to the end: `async for message in ws:` stops, or an exception comes "
        "out of it. Which, depends on the close code. The function returns in both.",
        "`except ConnectionClosed:` around the loop catches every end. Make the list before the "
        "`try:`, so that you still have it then.",
        "When the connection has ended, `ws.close_code` and `ws.close_reason` say how, also where "
        "no close frame came: then they are 1006 and ''. Return `messages, ws.close_code, "
        "ws.close_reason` behind the `async with` block.",
    ),
    slips=(
        closed_unheard, gave_up, no_frame, goes_on, recv_not_awaited,
        left_early, not_three, wrong_end, lost_messages,
    ),
)  # fmt: skip


async def called(room: ClientRoom) -> tuple[Call, Player]:
    """The learner's client has been called with a server's address, and is connected to it."""
    stage = await room.serve()
    call = room.start(stage.ws_url, shown="url")
    return call, await stage.visitor()


async def stays(call: Call, server: Player, within: float = 0.1) -> None:
    """The learner's client does not leave by itself."""
    try:
        await patiently(server.ws.wait_closed(), within)
    except TimeoutError:
        return
    got = await call.returns()  # or what it raised, which says more
    came = f"it left by itself, and returned {say(got)}"
    raise Unmet("your client to stay until the server closes", came, wanted=STAY, got=got)


async def returns(room: ClientRoom, call: Call, *wanted: list[str | bytes] | int | str) -> None:
    """It returns the messages, the code and the reason."""
    got = await call.returns()
    if isinstance(got, tuple):  # 1006 rather than CloseCode.ABNORMAL_CLOSURE
        got = tuple(int(one) if isinstance(one, int) else one for one in got)
    room.same(got, wanted, "what it returns")


@listener.behaviour("Messages come back in order, and with them the code and the reason of the end")
async def hears_the_end(room: ClientRoom) -> None:
    call, server = await called(room)
    await server.send("one")
    await stays(call, server)
    await server.send("two")
    await server.send(b"\x03")
    await server.close(1000, "that was all")
    await returns(room, call, ["one", "two", b"\x03"], 1000, "that was all")


@listener.behaviour("A close code that means an error is returned like any other")
async def hears_an_error(room: ClientRoom) -> None:
    for code, reason in ((4001, "lunch"), (1011, "")):
        call, server = await called(room)
        await server.send("hi")
        await stays(call, server)
        await server.close(code, reason)
        await returns(room, call, ["hi"], code, reason)


@listener.behaviour("Silence is no end: it goes on listening until the server closes")
async def is_patient(room: ClientRoom) -> None:
    call, server = await called(room)
    await server.send("before")
    await stays(call, server, 0.6)
    await server.send("after")
    await server.close(1001, "going home")
    await returns(room, call, ["before", "after"], 1001, "going home")


@listener.behaviour("Two of them can listen at once, in one event loop")
async def lets_others_run(room: ClientRoom) -> None:
    calls = [await called(room) for _ in range(2)]
    for number, (call, server) in enumerate(calls):
        await server.close(1000, f"end {number}")
        await returns(room, call, [], 1000, f"end {number}")


@listener.behaviour("A server that hangs up without a close frame: code 1006, and no reason")
async def is_cut_off(room: ClientRoom) -> None:
    call, server = await called(room)
    await server.send("hi")
    server.hang_up()
    await returns(room, call, ["hi"], 1006, "")


@listener.behaviour("A server that says nothing at all before it is gone: no messages")
async def hears_nothing(room: ClientRoom) -> None:
    call, server = await called(room)
    await server.close(1012, "restart")
    await returns(room, call, [], 1012, "restart")
    call, server = await called(room)
    server.vanish()
    await returns(room, call, [], 1006, "")
