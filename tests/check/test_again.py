"""The same object is checked again, without its cell: what it kept is not taken for a fault."""

import asyncio

import pytest
from fastapi import FastAPI, WebSocket

from tests.check.answers import app_of, echo_exercise, right, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom
from ws101.check.calls import FunctionRoom
from ws101.check.exercise import Exercise
from ws101.check.kinds import Function

ADVICE = "Run the cell that makes your app again, and then this one."


def with_a_queue() -> FastAPI:
    """Each connection has a task that waits on the app's queue; on another loop it fails there."""
    app, queue = FastAPI(), asyncio.Queue()

    @app.websocket("/ws")
    async def echo(ws: WebSocket):
        async def answer():
            while True:
                await ws.send_text(f"You said: {await queue.get()}")

        await ws.accept()
        answering = asyncio.create_task(answer())
        try:
            async for text in ws.iter_text():
                await queue.put(text)
        finally:
            answering.cancel()

    return app


def with_an_event() -> FastAPI:
    """As above, with an event, and one task for all that is made once."""
    app, said, texts, tasks = FastAPI(), asyncio.Event(), [], []

    async def answer():
        while True:
            await said.wait()
            said.clear()
            ws, text = texts.pop()
            await ws.send_text(f"You said: {text}")

    @app.websocket("/ws")
    async def echo(ws: WebSocket):
        await ws.accept()
        if not tasks:
            tasks.append(asyncio.create_task(answer()))
        async for text in ws.iter_text():
            texts.append((ws, text))
            said.set()

    return app


@pytest.mark.parametrize("make", [with_a_queue, with_an_event])
def test_an_app_that_has_passed_is_to_be_made_again(make):
    exercise, app = echo_exercise(), make()
    assert exercise(app).passed
    for _ in range(2):
        report = exercise(app)
        assert report.verdict == Verdict.NOT_GRADABLE, str(report)
        assert report.says.endswith(ADVICE)
        assert report.findings == []
    assert exercise(make()).passed


def test_an_app_that_keeps_nothing_passes_again():
    exercise, app = echo_exercise(), app_of(right)
    assert exercise(app).passed
    assert exercise(app).passed


def test_an_app_that_was_wrong_is_told_why_and_what_may_be():
    async def wrong(ws: WebSocket):
        await ws.accept()
        await ws.send_text(await ws.receive_text())

    exercise, app = echo_exercise(), app_of(wrong)
    first, second, other = exercise(app), exercise(app), exercise(app_of(wrong))
    assert [str(r.verdict) for r in (first, second, other)] == ["failed"] * 3
    assert first.notes == other.notes == []
    (note,) = second.notes
    assert note.endswith(ADVICE)


def test_what_passed_elsewhere_can_fail_here():
    async def says_more(room: AppRoom):
        ana = await room.join("ana")
        await ana.send("hi")
        await ana.expects("You said: hi!")

    app = app_of(right)
    assert echo_exercise()(app).passed
    other = room_exercise(says_more)
    other.name = "another"
    report = other(app)
    assert report.verdict == Verdict.FAILED
    assert report.notes[0].endswith(ADVICE)


def test_a_function_has_no_cell_to_run_again():
    exercise = Exercise("called", Function("number"), hints=("try",))

    @exercise.behaviour("it adds one")
    async def adds_one(room: FunctionRoom):
        await room.returns(2, 1)

    def wrong(number):
        return number

    exercise(wrong)
    assert exercise(wrong).notes == []
