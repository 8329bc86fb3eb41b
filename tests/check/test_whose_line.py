"""Of several clients' handlers, a report names the line of the one that the step is about."""

import asyncio

from fastapi import FastAPI, WebSocket

from tests.check.answers import app_of, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom


def line(report, label):
    """What the first finding says under this label."""
    return dict(report.facts(report.findings[0]))[label]


async def bo_waits_for_an_answer(room: AppRoom):
    bo, ana = await room.join("bo", "ana")
    await ana.send("wait")
    await bo.send("hi")
    await bo.expects("hi")


async def waits_for_ever(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        if text == "wait":
            await asyncio.sleep(3600)
        await asyncio.Event().wait()


def test_two_that_wait_and_one_is_awaited():
    report = room_exercise(bo_waits_for_an_answer)(app_of(waits_for_ever))
    assert report.verdict == Verdict.TIMED_OUT
    assert report.findings[0].place.source == "await asyncio.Event().wait()"
    assert line(report, "Waits at").endswith(", in the handler of bo")


async def sleeps_over_a_wait(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        if text == "wait":
            await asyncio.sleep(3600)


def test_another_one_in_a_long_await_is_named():
    report = room_exercise(bo_waits_for_an_answer)(app_of(sleeps_over_a_wait))
    assert report.findings[0].place.source == "await asyncio.sleep(3600)"
    assert line(report, "Waits at").endswith(", in the handler of ana")


async def each_on_a_line_of_its_own(ws: WebSocket):
    await ws.accept()
    if ws.query_params["who"] == "bo":
        await ws.receive_text()
        await ws.receive_text()
    async for _ in ws.iter_text():
        pass


async def bo_hears_nothing(room: AppRoom):
    bo = await room.join("bo", path="/ws?who=bo")
    await room.join("ana", path="/ws?who=ana")
    await bo.send("hi")
    await bo.expects("hi")


def test_two_that_listen_and_one_is_awaited():
    report = room_exercise(bo_hears_nothing)(app_of(each_on_a_line_of_its_own))
    assert report.findings[0].place.source == "await ws.receive_text()"
    assert line(report, "Stands at").endswith(", in the handler of bo")


async def alone(room: AppRoom):
    bo = await room.join("bo", path="/ws?who=bo")
    await bo.send("hi")
    await bo.expects("hi")


def test_the_only_one_needs_no_name():
    report = room_exercise(alone)(app_of(each_on_a_line_of_its_own))
    assert line(report, "Stands at").endswith("test_whose_line.py")


def chat_that_ends(handler_of_the_first):
    app, everyone = FastAPI(), []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        everyone.append(ws)
        if len(everyone) == 1:
            return await handler_of_the_first(ws)
        async for text in ws.iter_text():
            for one in everyone:
                await one.send_text(text)

    return app


async def tells_and_ends(ws):
    await ws.send_text(await ws.receive_text())


async def ends_when_told(room: AppRoom):
    bo, ana = await room.join("bo", "ana")
    await ana.send("hi")
    await bo.expects("hi")
    await bo.send("now")
    await bo.expects("now")
    await bo.expects("again")


def test_it_ended_after_a_line_of_its_own():
    report = room_exercise(ends_when_told)(chat_that_ends(tells_and_ends))
    assert report.findings[0].place.source == "await ws.send_text(await ws.receive_text())"
    assert line(report, "Ended after").endswith(", in the handler of bo")


async def heard_before_it_ends(ws):
    await ws.receive_text()
    await asyncio.sleep(0.1)


async def told_by_ana_last(room: AppRoom):
    bo, ana = await room.join("bo", "ana")
    await bo.send("first")
    await ana.send("hi")
    await bo.expects("hi")
    await bo.expects("and more")


def test_what_another_handler_sent_it_is_no_line_of_its_own():
    report = room_exercise(told_by_ana_last)(chat_that_ends(heard_before_it_ends))
    assert report.findings[0].place.source == "await ws.receive_text()"
