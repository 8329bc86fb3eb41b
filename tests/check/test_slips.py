"""Each likely slip is recognised from what happens, and a right answer of the same kind passes."""

import asyncio
import json
import time

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.check.answers import app_of, echo_exercise, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


def slip(report):
    """The first finding's verdict and slip."""
    finding = report.findings[0]
    return finding.verdict, finding.slip


# One client


async def no_accept(ws: WebSocket):
    async for text in ws.iter_text():
        await ws.send_text(f"You said: {text}")


async def no_accept_and_no_error(ws: WebSocket):
    pass


async def returns_at_once(ws: WebSocket):
    await ws.accept()


async def returns_after_one(ws: WebSocket):
    await ws.accept()
    await ws.send_text("You said: " + await ws.receive_text())


async def no_goodbye(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text("You said: " + await ws.receive_text())


async def send_not_awaited(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        ws.send_text(f"You said: {text}")


async def accept_not_awaited(ws: WebSocket):
    ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"You said: {text}")


def plain(ws: WebSocket):
    return None


async def sends_bytes(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_bytes(f"You said: {text}".encode())


async def sends_json(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_json(f"You said: {text}")


ECHOES = [
    (no_accept, Verdict.RAISED, "Did you forget `await websocket.accept()`"),
    (no_accept_and_no_error, Verdict.FAILED, "Did you forget `await websocket.accept()`"),
    (returns_at_once, Verdict.FAILED, "returned without receiving anything"),
    (no_goodbye, Verdict.RAISED, "`receive_text()` raises `WebSocketDisconnect` then. Catch it"),
    (send_not_awaited, Verdict.FAILED, "`await` is missing in line"),
    (accept_not_awaited, Verdict.RAISED, "`await` is missing in line"),
    (plain, Verdict.RAISED, "must be `async def`"),
    (sends_bytes, Verdict.FAILED, "`send_text` sends text"),
    (sends_json, Verdict.FAILED, "with quotes around the text"),
]


@pytest.mark.parametrize(
    ("handler", "verdict", "words"), ECHOES, ids=[h[0].__name__ for h in ECHOES]
)
def test_with_one_client(handler, verdict, words):
    found, said = slip(echo_exercise()(app_of(handler)))
    assert found == verdict
    assert words in said


async def two_texts(room: AppRoom):
    ana = await room.join("ana")
    for text in ("one", "two"):
        await ana.send(text)
        await ana.expects(f"You said: {text}")


def test_returning_after_one_message():
    verdict, said = slip(room_exercise(two_texts)(app_of(returns_after_one)))
    assert verdict == Verdict.FAILED
    assert "returned after one message" in said


async def bytes_come_back(room: AppRoom):
    ana = await room.join("ana")
    await ana.send(b"\x00\xff")
    await ana.expects(b"\x00\xff")


async def texts_only(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text(await ws.receive_text())


def test_receiving_text_where_bytes_come():
    verdict, said = slip(room_exercise(bytes_come_back)(app_of(texts_only)))
    assert verdict == Verdict.RAISED
    assert "A binary message came, and `receive_text()` knows only the other kind" in said


async def json_comes(room: AppRoom):
    ana = await room.join("ana")
    await ana.send_json({"name": "ana"})
    await ana.expects_json({"hello": "ana"})


async def dumps_twice(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_json(json.dumps({"hello": json.loads(text)["name"]}))


async def dumps_once(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_json({"hello": json.loads(text)["name"]})


def test_json_of_json():
    exercise = room_exercise(json_comes)
    verdict, said = slip(exercise(app_of(dumps_twice)))
    assert verdict == Verdict.FAILED
    assert "JSON of a string that holds JSON" in said
    assert exercise(app_of(dumps_once)).passed


async def closed_with_4001(room: AppRoom):
    ana = await room.join("ana")
    await ana.send("bye")
    await ana.expects_close(4001, "lunch")


async def closes_with_1000(ws: WebSocket):
    await ws.accept()
    await ws.receive_text()
    await ws.close()


async def closes_right(ws: WebSocket):
    await ws.accept()
    await ws.receive_text()
    await ws.close(4001, "lunch")


def test_the_wrong_close_code():
    exercise = room_exercise(closed_with_4001)
    verdict, said = slip(exercise(app_of(closes_with_1000)))
    assert verdict == Verdict.FAILED
    assert said == "The close code is 1000. Give it by name: `await websocket.close(code=4001)`"
    _, said = slip(exercise(app_of(returns_after_one)))
    assert said == ""  # it sent something first: that is what came
    assert exercise(app_of(closes_right)).passed


async def ends_without_closing(ws: WebSocket):
    await ws.accept()
    await ws.receive_text()


def test_no_close_at_all():
    _, said = slip(room_exercise(closed_with_4001)(app_of(ends_without_closing)))
    assert "no close frame was sent. `await websocket.close(code=4001)`" in said


def with_a_helper():
    """An app whose handler leaves the sending to a function of its own."""
    app = FastAPI()

    async def answer(one, text):
        one.send_text(f"You said: {text}")

    @app.websocket("/ws")
    async def echo(ws: WebSocket):
        await ws.accept()
        async for text in ws.iter_text():
            await answer(ws, text)

    return app


def test_what_is_not_awaited_in_a_function_that_it_uses():
    _, said = slip(echo_exercise()(with_a_helper()))
    assert said.endswith('one.send_text(f"You said: {text}"). Without it the call does nothing.')


# Several clients


async def everyone_gets_it(room: AppRoom):
    ana, bo = await room.join("ana", "bo")
    await ana.send("hi")
    await ana.expects("hi")
    await bo.expects("hi")


def chat(to_whom):
    """An app that sends each text to whomever `to_whom(sender, everyone)` names."""
    app = FastAPI()
    everyone = []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        everyone.append(ws)
        try:
            while True:
                text = await ws.receive_text()
                for one in to_whom(ws, list(everyone)):
                    await one.send_text(text)
        except WebSocketDisconnect:
            everyone.remove(ws)

    return app


def test_to_everyone_passes():
    report = room_exercise(everyone_gets_it)(chat(lambda me, all_: all_))
    assert report.passed, str(report)


def test_to_the_sender_only():
    verdict, said = slip(room_exercise(everyone_gets_it)(chat(lambda me, all_: [me])))
    assert verdict == Verdict.FAILED
    assert "went back to its sender only" in said


def test_to_all_but_the_sender():
    others = chat(lambda me, all_: [one for one in all_ if one is not me])
    verdict, said = slip(room_exercise(everyone_gets_it)(others))
    assert verdict == Verdict.FAILED
    assert "Everyone got the message but its sender" in said


async def nobody_is_hurt_by_who_vanishes(room: AppRoom):
    ana, bo, cy = await room.join("ana", "bo", "cy")
    cy.vanish()
    await room.ends_quietly(cy)
    await ana.send("hi")
    await bo.expects("hi")


def forgetful_chat():
    """Keeps those who have gone on its list."""
    app = FastAPI()
    everyone = []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        everyone.append(ws)
        async for text in ws.iter_text():
            for one in reversed(everyone):
                await one.send_text(text)

    return app


def test_dead_connections_kept():
    verdict, said = slip(room_exercise(nobody_is_hurt_by_who_vanishes)(forgetful_chat()))
    assert verdict == Verdict.RAISED
    assert "it was the sender's handler that failed" in said


async def who_leaves_is_missed(room: AppRoom):
    ana, bo = await room.join("ana", "bo")
    await ana.close()
    await bo.expects("somebody left")


def announcing_chat(announce):
    app = FastAPI()
    everyone = []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        everyone.append(ws)
        try:
            while True:
                await ws.receive_text()
        except announce:
            everyone.remove(ws)
            for one in everyone:
                await one.send_text("somebody left")

    return app


def test_a_goodbye_that_tore_through_the_handler():
    exercise = room_exercise(who_leaves_is_missed)
    verdict, said = slip(exercise(announcing_chat(ZeroDivisionError)))
    assert verdict == Verdict.FAILED
    assert "nothing caught the `WebSocketDisconnect`" in said
    assert exercise(announcing_chat(WebSocketDisconnect)).passed


async def cy_vanishes_and_ana_talks(room: AppRoom):
    ana, bo, cy = await room.join("ana", "bo", "cy")
    cy.vanish()
    await ana.send("hi")
    await bo.expects("hi")


async def talks_to_itself(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text(await ws.receive_text())


def test_a_goodbye_is_not_blamed_for_what_it_did_not_do():
    verdict, said = slip(room_exercise(cy_vanishes_and_ana_talks)(app_of(talks_to_itself)))
    assert verdict == Verdict.FAILED
    assert "went back to its sender only" in said


async def one_that_stalls_holds_up_nobody(room: AppRoom):
    ana, bo, cy = await room.join("ana", "bo", "cy")
    cy.stall()
    for _ in range(20):
        await ana.send("x" * 65_536)
        await bo.expects("x" * 65_536)


def test_one_client_that_reads_nothing():
    naive = chat(lambda me, all_: [one for one in reversed(all_) if one is not me])
    report = room_exercise(one_that_stalls_holds_up_nobody)(naive)
    finding = report.findings[0]
    assert finding.verdict == Verdict.TIMED_OUT, str(report)
    assert finding.place.source == "await one.send_text(text)"
    assert "One client reads nothing" in finding.slip


async def counts_together(room: AppRoom):
    ana, bo = await room.join("ana", "bo")
    await ana.send("up")
    await ana.expects("1")
    await bo.send("up")
    await bo.expects("2")


async def counts_alone(ws: WebSocket):
    await ws.accept()
    count = 0
    async for _ in ws.iter_text():
        count += 1
        await ws.send_text(str(count))


def test_state_of_each_connections_own():
    verdict, said = slip(room_exercise(counts_together)(app_of(counts_alone)))
    assert verdict == Verdict.FAILED
    assert "gets its own of what is made in line" in said
    assert said.partition(": ")[2].startswith("count = 0")


async def one_does_not_wait_for_another(room: AppRoom):
    ana, bo = await room.join("ana", "bo")
    await ana.send("slow")
    await bo.send("quick")
    await bo.expects("quick", within=0.2)


async def works_in_the_loop(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        if text == "slow":
            time.sleep(0.6)  # noqa: ASYNC251
        await ws.send_text(text)


async def works_beside_the_loop(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        if text == "slow":
            await asyncio.to_thread(time.sleep, 0.6)
        await ws.send_text(text)


def test_a_loop_that_was_held_for_a_while():
    exercise = room_exercise(one_does_not_wait_for_another)
    report = exercise(app_of(works_in_the_loop))
    verdict, said = slip(report)
    assert verdict == Verdict.FAILED, str(report)
    assert "time.sleep(0.6)" in said
    assert exercise(app_of(works_beside_the_loop)).passed


async def sends_after_closing(ws: WebSocket):
    await ws.accept()
    await ws.receive_text()
    await ws.close(4001, "lunch")
    await ws.send_text("You said: hi")


def test_sending_after_closing():
    _, said = slip(echo_exercise()(app_of(sends_after_closing)))
    assert "over a connection that you had closed" in said
