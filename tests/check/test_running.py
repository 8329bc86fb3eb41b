"""The course of a check: how apps fail to start, who interrupts it, and what it leaves behind."""

import _thread
import asyncio
import signal
import socket
import threading
import time
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, WebSocket

from tests.check.answers import app_of, echo_exercise, right, room_exercise
from ws101.check import Verdict, running, watch
from ws101.check.apps import AppRoom
from ws101.check.verdicts import State


def with_lifespan(body):
    @asynccontextmanager
    async def lifespan(app):
        await body()
        yield

    return app_of(right, lifespan=lifespan)


async def no_database():
    raise OSError("no database")


async def slow_database():
    await asyncio.sleep(3600)


async def blocking_database():
    time.sleep(1.5)  # noqa: ASYNC251


async def still_to_write():
    raise NotImplementedError


STARTS = [
    (no_database, Verdict.RAISED, 'raise OSError("no database")'),
    (slow_database, Verdict.TIMED_OUT, "await asyncio.sleep(3600)"),
    (blocking_database, Verdict.BLOCKED, "time.sleep(1.5)  # noqa: ASYNC251"),
]


@pytest.mark.parametrize(("body", "verdict", "line"), STARTS, ids=[s[0].__name__ for s in STARTS])
def test_an_app_that_does_not_start(body, verdict, line):
    report = echo_exercise()(with_lifespan(body))
    assert report.verdict == verdict, str(report)
    assert report.behaviours[0].title == "The app starts"
    assert report.findings[0].place.source == line


def test_a_lifespan_that_is_still_to_be_written():
    report = echo_exercise()(with_lifespan(still_to_write))
    assert report.verdict == Verdict.NOT_ATTEMPTED
    assert report.says.endswith("raise NotImplementedError")


def test_an_app_without_lifespan_starts():
    app = app_of(right)

    async def bare(scope, receive, send):
        assert scope["type"] == "websocket"
        await app(scope, receive, send)

    report = echo_exercise()(bare)
    assert report.passed, str(report)


async def half_written(ws: WebSocket):
    await ws.accept()
    await ws.send_text("You said: " + await ws.receive_text())
    raise NotImplementedError("Put your code here, in place of this line.")


def test_half_written_code_that_holds_in_part_is_not_done():
    async def twice(room: AppRoom):
        ana = await room.join("ana")
        for text in ("one", "two"):
            await ana.send(text)
            await ana.expects(f"You said: {text}")

    report = room_exercise(twice)(app_of(half_written))
    assert report.verdict == Verdict.NOT_ATTEMPTED
    assert "still to be written, at line" in report.says
    assert report.findings == []


def test_two_behaviours_that_do_not_hold_are_enough():
    async def hears(room: AppRoom):
        await (await room.join("ana")).hears(within=0.1)

    report = room_exercise(*[hears] * 4)(app_of(right))
    states = [str(result.state) for result in report.behaviours]
    assert states == ["does not hold"] * 2 + ["not tried"] * 2


def test_a_behaviour_has_a_deadline_of_its_own():
    exercise = room_exercise()

    @exercise.behaviour("too much", within=0.2)
    async def too_much(room: AppRoom):
        await asyncio.sleep(3600)

    report = exercise(app_of(right))
    assert report.findings[0].facts == [
        ("Expected", "all of it within 0.2 s"),
        ("Came", "less than that"),
    ]


def test_all_behaviours_together_have_a_deadline():
    async def takes_its_time(room: AppRoom):
        await asyncio.sleep(1.5)

    report = room_exercise(*[takes_its_time] * 10)(app_of(right))
    assert report.verdict == Verdict.TIMED_OUT
    assert report.says == "Your code was given 6.5 s in all, and they are over."
    assert report.seconds < 10
    assert report.behaviours[0].state == State.HOLDS
    assert report.behaviours[-1].state == State.UNTRIED


@pytest.mark.parametrize(("stands", "verdict"), [(20, Verdict.PASSED), (60, Verdict.TIMED_OUT)])
def test_a_machine_that_stands_still(monkeypatch, stands, verdict):
    """Nobody is late for the seconds in which nothing ran, unless they are far too many."""
    gone_by = 0.0

    async def stands_still(room: AppRoom):
        nonlocal gone_by
        gone_by = stands
        await room.leaves_quietly(await room.join("ana"))

    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + gone_by)
    monkeypatch.setattr(running, "time", clock)
    monkeypatch.setattr(watch, "time", clock)
    report = room_exercise(stands_still)(app_of(right))
    assert report.verdict == verdict, str(report)


def test_a_fault_of_the_checks_own_is_no_verdict():
    async def divides(room: AppRoom):
        1 / 0  # noqa: B018

    with pytest.raises(ZeroDivisionError):
        room_exercise(divides)(app_of(right))


def test_the_port_is_free_and_no_connection_is_left():
    seen = []

    async def look(room: AppRoom):
        seen.append(urlsplit(room.host.url).port)
        await room.join("ana", "bo")

    report = room_exercise(look)(app_of(right))
    assert report.passed
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", seen[0])) != 0


def test_twice_at_once():
    inside, go_on = threading.Event(), threading.Event()

    async def waits(room: AppRoom):
        inside.set()
        await asyncio.to_thread(go_on.wait, 5)

    exercise = room_exercise(waits)
    first = []
    thread = threading.Thread(target=lambda: first.append(exercise(app_of(right))))
    thread.start()
    assert inside.wait(10)
    second = exercise(app_of(right))
    go_on.set()
    thread.join(10)
    assert second.verdict == Verdict.NOT_GRADABLE
    assert second.says == (
        "Another check is under way in this notebook. Wait for it, then try again."
    )
    assert first[0].passed
    assert exercise(app_of(right)).passed


def test_interrupted_halfway():
    # A shell that starts a run in the background has it ignore SIGINT.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    async def interrupts(room: AppRoom):
        await room.join("ana")
        _thread.interrupt_main()
        await asyncio.sleep(3600)

    with pytest.raises(KeyboardInterrupt, match=r"^check.tried was interrupted. Nothing of it is"):
        room_exercise(interrupts)(app_of(right))
    signal.signal(signal.SIGINT, before)
    assert not [t for t in threading.enumerate() if t.name.startswith("ws101")]
    assert echo_exercise()(app_of(right)).passed


def test_a_queue_of_an_earlier_loop():
    app = FastAPI()
    queue = asyncio.Queue()

    @app.websocket("/ws")
    async def echo(ws: WebSocket):
        await ws.accept()
        asyncio.get_running_loop().call_later(0.05, queue.put_nowait, "You said: hi")
        await ws.send_text(await queue.get())
        await ws.receive()

    exercise = echo_exercise()
    exercise(app)
    report = exercise(app)
    assert report.verdict == Verdict.NOT_GRADABLE, str(report)
    assert "Run the cell that makes your app again" in report.says


def test_it_works_on_a_running_loop():
    async def as_in_a_notebook():
        return echo_exercise()(app_of(right))

    assert asyncio.run(as_in_a_notebook()).passed
