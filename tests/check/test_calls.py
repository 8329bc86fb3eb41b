"""Answers that are called: functions, clients against a server of ours, and values."""

import asyncio
import time

import pytest
from websockets import ConnectionClosed, connect

from ws101.check import Verdict
from ws101.check.calls import ClientRoom, FunctionRoom
from ws101.check.exercise import Exercise
from ws101.check.kinds import Client, Function, Value


def exercise_of(kind, *behaviours):
    exercise = Exercise("tried", kind, hints=("try",))
    for steps in behaviours:
        exercise.behaviour(steps.__name__)(steps)
    return exercise


# Functions


async def doubles(room: FunctionRoom):
    await room.returns(4, 2)
    await room.returns("haha", "ha")


def right(x):
    return x * 2


async def right_and_async(x):
    await asyncio.sleep(0)
    return x * 2


def stub(x):
    raise NotImplementedError("Put your code here.")


def of_a_library(x):
    return asyncio.AbstractEventLoop().time()  # raises NotImplementedError, but not by itself


def no_return(x):
    x * 2


def another_type(x):
    return str(x * 2)


def raises(x):
    return x.double()


def spins(x):
    while True:
        x = x * 1


def sleeps(x):
    time.sleep(3)


async def never_ends(x):
    await asyncio.Event().wait()


def leaves(x):
    raise SystemExit(3)


FUNCTIONS = [
    (right, Verdict.PASSED, None),
    (right_and_async, Verdict.PASSED, None),
    (stub, Verdict.NOT_ATTEMPTED, 'raise NotImplementedError("Put your code here.")'),
    (of_a_library, Verdict.RAISED, None),
    (no_return, Verdict.FAILED, None),
    (another_type, Verdict.FAILED, None),
    (raises, Verdict.RAISED, "return x.double()"),
    (spins, Verdict.BLOCKED, None),
    (sleeps, Verdict.BLOCKED, "time.sleep(3)"),
    (never_ends, Verdict.TIMED_OUT, "await asyncio.Event().wait()"),
    (leaves, Verdict.RAISED, "raise SystemExit(3)"),
]


@pytest.mark.parametrize(
    ("answer", "verdict", "line"), FUNCTIONS, ids=[row[0].__name__ for row in FUNCTIONS]
)
def test_functions(answer, verdict, line):
    report = exercise_of(Function("x"), doubles)(answer)
    assert report.verdict == verdict, str(report)
    if line is not None and verdict != Verdict.NOT_ATTEMPTED:
        assert report.findings[0].place.source == line
    if verdict == Verdict.NOT_ATTEMPTED:
        assert line in report.says


def test_a_function_that_forgets_to_return_is_told():
    report = exercise_of(Function("x"), doubles)(no_return)
    assert ("Came", "None") in report.findings[0].facts
    assert "forget a `return`" in report.findings[0].slip


# Clients


async def greets(room: ClientRoom):
    stage = await room.serve()
    call = room.start(stage.ws_url)
    visitor = await stage.visitor()
    await visitor.expects("hello")
    await visitor.send("bye")
    await visitor.expects_close(1000)
    assert await call.returns() == "bye"


async def comes_back_after_a_crash(room: ClientRoom):
    stage = await room.serve()
    room.start(stage.ws_url)
    first = await stage.visitor()
    first.vanish()
    await (await stage.visitor("your client, again")).expects("hello")


async def polite(url):
    async with connect(url, proxy=None) as ws:
        await ws.send("hello")
        return await ws.recv()


async def persistent(url):
    while True:
        try:
            return await polite(url)
        except ConnectionClosed:
            continue


async def silent(url):
    async with connect(url, proxy=None) as ws:
        await ws.recv()


async def stays_away(url):
    return "bye"


def test_a_client_that_is_right():
    report = exercise_of(Client("url"), greets, comes_back_after_a_crash)(persistent)
    assert report.passed, str(report)


def test_a_client_that_does_not_survive():
    report = exercise_of(Client("url"), greets, comes_back_after_a_crash)(polite)
    finding = report.findings[0]
    assert finding.verdict == Verdict.RAISED
    assert finding.place.source in ('await ws.send("hello")', "return await ws.recv()")
    assert "vanished (TCP reset)" in dict(finding.facts)["Done"]
    assert "your client" in finding.conversation.text


def test_a_client_that_waits_where_it_should_speak():
    report = exercise_of(Client("url"), greets)(silent)
    assert report.verdict == Verdict.TIMED_OUT, str(report)
    assert report.findings[0].place.source == "await ws.recv()"


def test_a_client_that_never_connects():
    report = exercise_of(Client("url"), greets)(stays_away)
    assert report.verdict == Verdict.FAILED
    assert ("Came", "nobody") in report.findings[0].facts


# Values


async def is_a_handshake(room: ClientRoom):
    stage = await room.serve()
    room.same((await room.raw(stage, room.answer)).split(b"\r\n")[0], STATUS, "the answer's head")


STATUS = b"HTTP/1.1 101 Switching Protocols"
REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_bytes_over_tcp():
    exercise = exercise_of(Value(bytes), is_a_handshake)
    assert exercise(REQUEST).passed
    report = exercise(REQUEST.replace(b"Upgrade: websocket\r\n", b""))
    assert report.verdict == Verdict.FAILED
    assert "your bytes" in report.findings[0].conversation.text
    unfinished = exercise(REQUEST.removesuffix(b"\r\n"))
    assert ("Came", "nothing") in unfinished.findings[0].facts
