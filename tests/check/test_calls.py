"""Answers that are called: functions, clients against a server of ours, and values."""

import asyncio
import gc
import socket
import time
import warnings
from urllib.parse import urlsplit

import pytest
from websockets import ConnectionClosed, connect

from ws101.check import Verdict
from ws101.check.calls import FunctionRoom
from ws101.check.clients import ClientRoom
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


async def waits_for_long(room: ClientRoom):
    stage = await room.serve()
    room.start(stage.ws_url)
    await stage.visitor(within=60)  # the behaviour itself gets 4 s


async def is_stub(url):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("client", "verdict"), [(stays_away, "failed"), (is_stub, "not attempted")]
)
def test_nobody_waits_for_a_client_that_has_ended(client, verdict):
    report = exercise_of(Client("url"), waits_for_long)(client)
    assert report.verdict == verdict, str(report)
    if report.findings:
        assert ("Expected", "your client to connect within 60 s") in report.findings[0].facts


async def is_slow_to_let_in(room: ClientRoom):
    async def think(connection, request):
        await asyncio.sleep(0.1)

    stage = await room.serve(process_request=think)
    room.start(stage.ws_url)
    await stage.visitor()


async def does_not_wait_for_the_answer(url):
    address = urlsplit(url)
    LEFT_OPEN.append(socket.create_connection((address.hostname, address.port)))
    LEFT_OPEN[-1].sendall(REQUEST)


LEFT_OPEN = []


def test_a_client_that_ends_at_once_has_been_there():
    report = exercise_of(Client("url"), is_slow_to_let_in)(does_not_wait_for_the_answer)
    LEFT_OPEN.pop().close()
    assert report.passed, str(report)


async def connects_once_the_other_has_ended(room: ClientRoom):
    stage = await room.serve()
    first = room.start(stage.ws_url, 0)
    await first.returns()
    room.start(stage.ws_url, 0.5)
    await stage.visitor("the second call")


async def connects_after(url, seconds):
    if seconds:
        await asyncio.sleep(seconds)
        await polite(url)


def test_one_of_several_calls_may_still_connect():
    report = exercise_of(Client("url", "n"), connects_once_the_other_has_ended)(connects_after)
    assert report.passed, str(report)


def test_who_plays_the_server_is_called_that():
    finding = exercise_of(Client("url"), greets)(silent).findings[0]
    facts = dict(finding.facts)
    assert facts["Expected"] == "'hello', to the server, within 1 s"
    assert facts["Done"].endswith("your client connected to /")
    done = dict(exercise_of(Client("url"), greets_and_vanishes)(polite).findings[0].facts)["Done"]
    assert done.endswith("the server sent 'bye'; the server vanished (TCP reset)")


async def greets_and_vanishes(room: ClientRoom):
    stage = await room.serve()
    call = room.start(stage.ws_url)
    visitor = await stage.visitor()
    await visitor.send("bye")
    visitor.vanish()
    await visitor.expects("bye")
    await call.returns()


# Coroutines that nobody awaits


async def calls_it(room: FunctionRoom):
    await room.returns(None)


async def forgets_and_raises():
    forgotten = asyncio.sleep(0)  # in the traceback
    try:
        forgets_too()
    except KeyError:
        raise ValueError from None
    return forgotten


def forgets_too():
    forgotten = asyncio.sleep(0)
    raise KeyError(forgotten is None)


async def forgets_and_raises_several():
    try:
        forgets_too()
    except KeyError as error:
        several = ExceptionGroup("several", [error])
    raise several


async def forgets_and_returns():
    return [asyncio.sleep(0)], {"key": (asyncio.sleep(0),)}


async def begins_a_task_and_raises():
    async def says():
        print("begun")

    coroutine = says()
    task = asyncio.create_task(coroutine)
    raise ValueError(task is coroutine)


@pytest.mark.parametrize(
    "answer", [forgets_and_raises, forgets_and_raises_several, forgets_and_returns]
)
def test_what_was_not_awaited_does_not_complain_later(answer):
    kept = []

    def keep(case):
        kept.append((case.error, case.unmet.got))

    exercise = Exercise("tried", Function(), hints=("try",), slips=(keep,))
    exercise.behaviour("it returns")(calls_it)
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        report = exercise(answer)
        assert report.verdict in (Verdict.RAISED, Verdict.FAILED)
        kept.clear()
        gc.collect()
    assert [str(one.message) for one in complaints] == []


def test_a_task_that_is_yet_to_begin_is_left_alone():
    report = exercise_of(Function(), calls_it)(begins_a_task_and_raises)
    assert report.verdict == Verdict.RAISED
    assert report.printed == ["begun"]


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
