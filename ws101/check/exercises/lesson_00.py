"""Exercises of lesson 00: a first client, and a server that freezes."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.calls import Call
from ws101.check.clients import ClientRoom, Stage
from ws101.check.exercise import Exercise
from ws101.check.exercises import lesson_00_slips as slips
from ws101.check.exercises.lesson_00_slips import NAMES, PATH, SHORT
from ws101.check.kinds import App, Client
from ws101.check.players import say
from ws101.check.verdicts import Unmet

AMPLE = 5  # seconds: a limit that no answer comes near
GREETINGS = {"Ana": "Bonjour, Ana!", "Bo": "Hola, Bo!"}  # what nobody can guess, only receive


# A first client

greet_all = Exercise(
    "greet_all",
    Client("url", "names", "limit"),
    hints=(
        "Lesson 00 has a client in 0.3: it connects, sends one name and prints one answer. You "
        "need a loop in it, and a list.",
        "Make an empty list. Inside of `async with connect(url) as ana:`, for each name: send it, "
        "then append what `await ana.recv()` gives. Return the list at the end.",
        "Only the `recv` waits for somebody else, so it gets the limit: put "
        "`async with asyncio.timeout(limit):` around it, inside of the loop. When the time is over "
        "it raises TimeoutError. Do not catch that: who called wants to know.",
    ),
    slips=slips.OF_CLIENT,
)


def call(room: ClientRoom, stage: Stage, names: list[str], limit: float = AMPLE) -> Call:
    """Call the learner's function with the address of `stage`."""
    return room.start(stage.ws_url + PATH, names, limit, shown=f"url, {names}, {limit}")


@greet_all.behaviour("It connects, sends a name, and returns the answer in a list")
async def one_name(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, ["Ana"])
    server = await stage.visitor()
    room.same(server.ws.request.path, PATH, "the path of the address")
    await server.expects("Ana")
    await server.send(GREETINGS["Ana"])
    room.same(await calling.returns(), [GREETINGS["Ana"]], "what it returns")


@greet_all.behaviour("Several names go over one connection, and their answers keep the order")
async def several_names(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, NAMES)
    server = await stage.visitor()
    for name in NAMES:
        await server.expects(name)
        await server.send(GREETINGS[name])
    room.same(await calling.returns(), [GREETINGS[name] for name in NAMES], "what it returns")


@greet_all.behaviour("At the end it closes the connection")
async def closes(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, ["Ana"])
    server = await stage.visitor()
    await server.expects("Ana")
    await server.send(GREETINGS["Ana"])
    await calling.returns()
    await server.expects_close(1000)


@greet_all.behaviour("While one call waits for its answer, another one gets its own")
async def side_by_side(room: ClientRoom) -> None:
    stage = await room.serve()
    first = call(room, stage, ["Ana"])
    to_first = await stage.visitor("the first call")
    await to_first.expects("Ana")
    second = call(room, stage, ["Bo"])
    to_second = await stage.visitor("the second call")
    await to_second.expects("Bo")
    await to_second.send(GREETINGS["Bo"])
    room.same(await second.returns(), [GREETINGS["Bo"]], "what the second call returns")
    await to_first.send(GREETINGS["Ana"])
    room.same(await first.returns(), [GREETINGS["Ana"]], "what the first call returns")


@greet_all.behaviour("If an answer does not come within the limit, it raises TimeoutError")
async def gives_up(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, ["Ana"], SHORT)
    server = await stage.visitor()
    await server.expects("Ana")
    expected = f"TimeoutError after {SHORT} s, as the server does not answer"
    try:
        got = await calling.returns()
    except Unmet as unmet:
        if isinstance(unmet.error, TimeoutError):
            return
        raise Unmet(
            expected, unmet.came, wanted=TimeoutError, error=unmet.error, silent=unmet.silent
        ) from None
    raise Unmet(expected, f"{say(got)}, returned", wanted=TimeoutError, got=got)


# A server that freezes

egg_timer = Exercise(
    "egg_timer",
    App(PATH),
    hints=(
        "Delete the line with NotImplementedError, change nothing else, and run the check. It says "
        "*blocked*, and names the line at which the event loop stood still.",
        "`time.sleep` holds the thread, and the loop with it. `asyncio.sleep` takes as long, and "
        "lets the loop serve others. It has to be awaited.",
        "An `await` may stand only in an `async def`. So `boil` becomes one, and then its caller "
        "has to await it: `await boil(float(text))`.",
    ),
    slips=slips.OF_TIMER,
)


@egg_timer.behaviour("The timer rings, each time it is set")
async def rings(room: AppRoom) -> None:
    ana = await room.join("ana")
    for seconds in ("0.05", "0"):
        await ana.send(seconds)
        await ana.expects(f"{seconds} s are over.")


@egg_timer.behaviour("While one client's timer takes its time, another client is answered")
async def others_go_on(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.send("5")
    bo = await room.join("bo")
    await bo.send("0")
    await bo.expects("0 s are over.")
    await ana.hears_nothing(0.05)  # an answer that came early has come by now


@egg_timer.behaviour("A client that leaves before its time is over causes no exception")
async def leaves(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.send("0.1")
    await room.leaves_quietly(ana)
