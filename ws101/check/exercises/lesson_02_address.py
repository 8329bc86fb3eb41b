"""Exercise of lesson 02: path and query parameters."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import App


def let_in(case: Case) -> str | None:
    """A client that is to be refused was accepted."""
    if (case.unmet.wanted, case.unmet.got) != (403, 101):
        return None
    if case.visit is not None and case.visit.close is not None:
        return (
            "It was let in, and closed then. To refuse comes before `accept`: `await "
            "websocket.close()` is HTTP 403 there."
        )
    return (
        "Nothing refused it. A parameter with a default may be left out, one of the type `str` "
        "takes any text, an empty one too. FastAPI refuses what does not fit the types; for the "
        "rest: `await websocket.close()` before `accept`, and `return`."
    )


def shut_out(case: Case) -> str | None:
    """FastAPI asked for a parameter that the address does not have."""
    if (case.unmet.wanted, case.unmet.got) != (101, 403):
        return None
    if case.visit is not None and case.visit.close is not None and case.visit.close.place:
        return None  # it was the handler that refused
    return (
        "FastAPI refused it: the handler asks for a parameter that this address does not have, or "
        "not of that type. What the path calls `{room}` is the parameter `room`, and `?name=` is "
        "`name`."
    )


def went_on(case: Case) -> str | None:
    """The handler refused, and did not leave."""
    if case.error is None or not any(v.close and not v.accepted for v in case.visits):
        return None
    return "It was refused, and then the handler went on. `return` behind `close`."


def no_refusal(case: Case) -> str | None:
    """A missing or an empty name made the handler fail, in place of being refused."""
    if (case.unmet.wanted, case.unmet.got) != (403, 500):
        return None
    return (
        "An exception before `accept` is HTTP 500: a fault of the server's. To refuse is an "
        "answer: `await websocket.close()` and `return`."
    )


def still_encoded(case: Case) -> str | None:
    """The query was taken to pieces by hand."""
    got = case.unmet.got
    if not isinstance(got, str) or not any(sign in got for sign in ("%", "&", "=")):
        return None
    return (
        "A query has several parameters, in any order, and is percent-encoded. FastAPI does all of "
        "that for a parameter `name: str` of the handler."
    )


def other_words(case: Case) -> str | None:
    """Another client's name and room, or not these words."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(got, str) or not isinstance(wanted, str) or got.startswith('"'):
        return None
    begins = {"Ana in room 7", "Bo in room 12"} - {wanted.partition(":")[0]}
    if len(case.visits) > 1 and got.partition(":")[0] in begins:
        return (
            "This name and room are another client's. What belongs to one connection stays in the "
            "handler's own variables: all connections share what is `global`."
        )
    return (
        "The answer has the name and the room of the address, and reads `NAME in room ROOM: TEXT`."
    )


def unanswered(case: Case) -> str | None:
    """The first message was taken for the name."""
    visit = case.visit
    if not case.unmet.silent or visit is None or len(visit.received) != 1 or visit.sent:
        return None
    if case.source.not_awaited():
        return None
    return "The first text was not answered. The name is in the address: no message has to tell it."


address = Exercise(
    "address",
    App("/rooms/7?name={name}", route="/rooms/{room}"),
    hints=(
        "What stands in braces in the path, and what comes behind the `?`, are both parameters of "
        "the handler: `websocket: WebSocket, room: int, name: str`.",
        "FastAPI refuses by itself what is missing, if it has no default, and what does not fit "
        "its type. An empty text is a `str`, so this one is left to you.",
        "Before `accept`, `await websocket.close()` is answered with HTTP 403: `if not name:` "
        "close and `return`. Or say it in the type: `name: Annotated[str, Query(min_length=1)]`.",
    ),
    slips=(let_in, shut_out, went_on, no_refusal, still_encoded, other_words, unanswered),
)


@address.behaviour("A text comes back with the name and the room in front of it")
async def named(room: AppRoom) -> None:
    ana = await room.join("Ana")
    for text in ("hi", "still me"):
        await ana.send(text)
        await ana.expects(f"Ana in room 7: {text}")


@address.behaviour("Each client keeps its own name and room")
async def each_their_own(room: AppRoom) -> None:
    ana = await room.join("Ana")
    bo = await room.join("Bo", path="/rooms/12?name={name}")
    await ana.send("hi")
    await ana.expects("Ana in room 7: hi")
    await bo.send("hello")
    await bo.expects("Bo in room 12: hello")


@address.behaviour("A name is found beside other parameters, and may have spaces and accents")
async def decoded(room: AppRoom) -> None:
    zoe = await room.join("Zoë", path="/rooms/7?colour=red&name=Zo%C3%AB%20Day&x=1")
    await zoe.send("hi")
    await zoe.expects("Zoë Day in room 7: hi")


async def refused(room: AppRoom, name: str, path: str) -> None:
    """It is refused, and the handler, if it was called, ends without an exception."""
    await room.refused(name, path=path)
    await room.ends_quietly(name)


@address.behaviour("Who gives no name is refused, with 403")
async def nameless(room: AppRoom) -> None:
    await refused(room, "nobody", "/rooms/7")


@address.behaviour("Who gives an empty name is refused too")
async def empty_name(room: AppRoom) -> None:
    await refused(room, "nobody", "/rooms/7?name=")


@address.behaviour("Who asks for a room that is no number is refused too")
async def no_number(room: AppRoom) -> None:
    await refused(room, "Ana", "/rooms/kitchen?name=Ana")


@address.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: AppRoom) -> None:
    ana = await room.join("Ana")
    await ana.send("bye")
    await ana.expects("Ana in room 7: bye")
    await room.leaves_quietly(ana)
