"""A client leaves: each way in which its handler does not hear that has its own advice."""

import asyncio

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.check.answers import app_of, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom


async def leaves(room: AppRoom):
    ana = await room.join("ana")
    await ana.send("hi")
    await ana.expects("hi")
    await room.leaves_quietly(ana)


def slip(answer, steps=leaves):
    """What is said of the first finding."""
    return room_exercise(steps)(answer).findings[0].slip


LOOK_AT_THE_TYPE = "`receive()` does not raise when the client leaves"


async def takes_it_for_a_text(ws: WebSocket):
    await ws.accept()
    while True:
        event = await ws.receive()
        await ws.send_text(event["text"])


async def sends_behind_it(ws: WebSocket):
    await ws.accept()
    while True:
        event = await ws.receive()
        await ws.send_text(event.get("text", "what?"))


async def receives_again(ws: WebSocket):
    await ws.accept()
    while True:
        event = await ws.receive()
        if "text" in event:
            await ws.send_text(event["text"])


async def expects_an_exception(ws: WebSocket):
    await ws.accept()
    try:
        while True:
            await ws.send_text((await ws.receive())["text"])
    except WebSocketDisconnect:
        pass


async def in_a_task(ws: WebSocket):
    await ws.accept()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(receives_on(ws))


async def receives_on(ws):
    while True:
        event = await ws.receive()
        if "text" in event:
            await ws.send_text(event["text"])


async def without_a_framework(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            event = await receive()
            await send({"type": "websocket.send", "text": event["text"]})


@pytest.mark.parametrize(
    "handler",
    [takes_it_for_a_text, sends_behind_it, receives_again, expects_an_exception, in_a_task],
)
def test_an_event_that_nobody_looked_for(handler):
    assert LOOK_AT_THE_TYPE in slip(app_of(handler))


def test_an_event_that_no_framework_hid():
    assert LOOK_AT_THE_TYPE in slip(without_a_framework)


async def receives_text(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text(await ws.receive_text())


async def receives_text_in_time(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text(await asyncio.wait_for(ws.receive_text(), 60))


@pytest.mark.parametrize("handler", [receives_text, receives_text_in_time])
def test_an_exception_that_nobody_caught(handler):
    assert slip(app_of(handler)) == (
        "The client left, and `receive_text()` raises `WebSocketDisconnect` then. Catch it around "
        "the receiving, whatever its code."
    )


async def catches_it_in_the_loop(ws: WebSocket):
    await ws.accept()
    while True:
        try:
            await ws.send_text(await ws.receive_text())
        except WebSocketDisconnect:
            continue


def test_an_exception_that_was_caught_and_forgotten():
    assert "`receive_text()` has told that the client left" in slip(app_of(catches_it_in_the_loop))


async def looks_and_sends_at_the_end(ws: WebSocket):
    await ws.accept()
    while (event := await ws.receive())["type"] != "websocket.disconnect":
        await ws.send_text(event["text"])
    await ws.send_text("bye")


async def walks_and_sends_at_the_end(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)
    await ws.send_text("bye")


@pytest.mark.parametrize("handler", [looks_and_sends_at_the_end, walks_and_sends_at_the_end])
def test_who_has_heard_it_is_not_told_how_to_hear(handler):
    assert "the handler sent to a connection that has gone" in slip(app_of(handler))


async def who_leaves_is_missed(room: AppRoom):
    ana, bo = await room.join("ana", "bo")
    await ana.close()
    await bo.expects("ana left")


def announcing(loop):
    app = FastAPI()
    everyone = []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        everyone.append(ws)
        await loop(ws)
        everyone.remove(ws)
        for one in everyone:
            await one.send_text("ana left")

    return app


async def answers_whatever_comes(ws):
    while True:
        await ws.send_text(str((await ws.receive()).get("text")))


async def answers_texts(ws):
    while True:
        await ws.send_text(await ws.receive_text())


async def walks_texts(ws):
    async for text in ws.iter_text():
        await ws.send_text(text)


def test_what_was_to_be_done_behind_the_goodbye():
    said = slip(announcing(answers_whatever_comes), who_leaves_is_missed)
    assert "`receive()` gives an event of type `websocket.disconnect`" in said
    said = slip(announcing(answers_texts), who_leaves_is_missed)
    assert "nothing caught the `WebSocketDisconnect`" in said
    report = room_exercise(who_leaves_is_missed)(announcing(walks_texts))
    assert report.verdict == Verdict.PASSED, str(report)
