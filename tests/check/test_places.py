"""Whose line it is: an answer may use what servers/ has, or be one of its files."""

from fastapi import FastAPI, WebSocket

from servers import echo
from servers.hub import Hub
from tests.check.answers import echo_exercise, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom


def test_a_line_that_uses_the_hub_is_the_learners():
    app, hub = FastAPI(), Hub()

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        with hub.join(ws):
            async for text in ws.iter_text():
                await hub.broadcast(text)

    finding = echo_exercise()(app).findings[0]
    assert finding.place.file == __file__  # a task of the hub's has sent it, for no line of theirs


def test_a_line_that_raises_in_the_hub_is_the_learners():
    app, hub = FastAPI(), Hub()

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        await hub.broadcast(7)

    report = echo_exercise()(app)
    assert report.verdict == Verdict.RAISED
    assert report.findings[0].place.source == "await hub.broadcast(7)"


def test_a_file_of_servers_that_is_the_answer():
    async def shouts(room: AppRoom):
        ana = await room.join("ana")
        await ana.send("hi")
        await ana.expects("HI!")

    finding = room_exercise(shouts)(echo.app).findings[0]
    assert finding.where == "Sent by"
    assert finding.place.file == echo.__file__
