"""Clients with faults, and what a server meets of each."""

import asyncio
from functools import partial

import pytest
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect
from websockets import ConnectionClosed, InvalidStatus

from tests import waiting
from tests.leaks import no_thread
from ws101 import serve
from ws101.crowd import Client, Crowd, crowd
from ws101.wire.events import End

NO_CLOSE_FRAME = (1005, 1006)  # uvicorn's implementations tell it to handlers by one or the other
WITHIN = 10  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)


class Hall:
    """An echo whose handlers tell how they ended."""

    def __init__(self):
        self.ended = []  # close codes, as the handlers got them
        self.app = FastAPI()
        self.app.websocket("/ws")(self.echo)
        self.app.websocket("/ws/{name}")(self.name)
        self.app.websocket("/flood")(self.flood)
        self.sent = 0

    async def echo(self, ws: WebSocket):
        await ws.accept()
        try:
            while True:
                await ws.send_text(await ws.receive_text())
        except WebSocketDisconnect as end:
            self.ended.append(end.code)

    async def name(self, ws: WebSocket, name: str):
        if name == "mallory":
            return await ws.close()
        await ws.accept()
        await ws.send_text(f"hello {name}")
        await ws.receive()

    async def flood(self, ws: WebSocket):
        await ws.accept()
        for _ in range(300):
            await ws.send_bytes(bytes(65_536))
            self.sent += 1
        await ws.receive()


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_thread():
        yield


def ends(server):
    return [event for event in server.wire.events if isinstance(event, End)]


async def test_three_with_names_that_the_wire_knows(hall):
    async with serve(hall.app, port=0) as server:
        people = await crowd(server, 3)
        ana, bo, cy = people
        assert [client.name for client in people] == ["ana", "bo", "cy"]
        await bo.send("hi")
        assert await bo.recv() == "hi"
        assert str(server.wire).count("bo ") == 4
        assert repr(people) == "<Crowd: ana, bo, cy>"
        assert repr(bo) == "<Client bo: open>"
        assert len(people) == 3
        assert people[1:] == [bo, cy]
        await people.close()
        await until(lambda: server.connections == 0)
    assert hall.ended == [1000] * 3
    assert repr(ana) == "<Client ana: closed>"


async def test_it_closes_them_at_the_end_of_a_block(hall):
    async with serve(hall.app, port=0) as server:
        async with crowd(server, ["ana", "zed"]) as (ana, zed):
            assert server.connections == 2
            assert (ana.name, zed.name) == ("ana", "zed")
        await until(lambda: hall.ended == [1000, 1000])


async def test_each_by_its_own_path(hall):
    async with (
        serve(hall.app, port=0) as server,
        crowd(server.ws_url, "ana", path="/ws/{name}") as [ana],
    ):
        assert await ana.recv() == "hello ana"


async def test_one_that_is_refused_leaves_nobody_behind(hall):
    async with serve(hall.app, port=0) as server:
        with pytest.raises(InvalidStatus):
            await crowd(server, ["ana", "mallory", "bo"], path="/ws/{name}")
        await until(lambda: server.connections == 0)


async def test_many_have_names_too(hall):
    async with serve(hall.app, port=0) as server, crowd(server, 60) as people:
        names = [client.name for client in people]
        assert len(set(names)) == 60
        assert names[26:28] == ["ana2", "bo2"]
        assert server.connections == 60


async def test_waiting_has_a_deadline_and_says_so(hall):
    async with serve(hall.app, port=0) as server, crowd(server, 1) as [ana]:
        with pytest.raises(TimeoutError, match=r"^ana received nothing within 0.05 s\.$"):
            await ana.recv(within=0.05)
        await ana.send("hi")
        assert await ana.recv() == "hi"


async def test_vanishing_is_a_reset(hall):
    async with serve(hall.app, port=0) as server, crowd(server, 1) as [ana]:
        ana.vanish()
        await until(lambda: hall.ended)
        assert hall.ended[0] in NO_CLOSE_FRAME
        await until(lambda: ends(server))
        assert "reset" in str(server.wire)
        with pytest.raises(ConnectionClosed):
            await ana.recv()
        ana.vanish()  # twice is once


async def test_hanging_up_sends_no_close_frame(hall):
    async with serve(hall.app, port=0) as server, crowd(server, 1) as [ana]:
        ana.hang_up()
        await until(lambda: hall.ended)
        assert hall.ended[0] in NO_CLOSE_FRAME
        await until(lambda: ends(server))
        assert "reset" not in str(server.wire)
        assert not [event for event in server.wire.events if getattr(event, "opcode", 0) == 8]


async def test_a_stalled_client_stops_the_server_until_it_resumes(hall):
    # Without a bound on its queue a client reads on, however little of it is asked for.
    everything = {"path": "/flood", "max_queue": None}
    async with serve(hall.app, port=0) as server, crowd(server, 1, **everything) as [ana]:
        ana.stall()
        seen = 0
        while not seen or seen != hall.sent:  # until it does not get any further
            seen = hall.sent
            await asyncio.sleep(0.3)
        assert 0 < hall.sent < 300
        assert repr(ana) == "<Client ana: stalled>"
        with pytest.raises(RuntimeError, match=r"stalled and reads nothing: ana\.resume\(\)"):
            await ana.recv()
        ana.resume()
        for _ in range(300):
            assert await ana.recv() == bytes(65_536)
        assert hall.sent == 300


async def test_a_stalled_client_can_be_closed(hall):
    async with serve(hall.app, port=0) as server:
        async with crowd(server, 1, path="/flood") as [ana]:
            ana.stall()
        await until(lambda: server.connections == 0)


async def test_a_mute_client_hears_and_answers_nothing(hall):
    pings = {"ws_ping_interval": 0.1, "ws_ping_timeout": 2}  # seconds for Bo, who answers
    async with serve(hall.app, port=0, **pings) as server, crowd(server, 2) as (ana, bo):
        await ana.send("before")
        assert await ana.recv() == "before"
        ana.mute()
        await ana.send("unheard")
        await until(lambda: hall.ended)
        await until(lambda: server.connections == 1)
        assert repr(ana) == "<Client ana: mute>"
        with pytest.raises(ConnectionClosed):
            await ana.recv()
        await bo.send("still here")
        assert await bo.recv() == "still here"
    assert "unheard" not in str(server.wire)


async def test_garbage_is_a_protocol_error(hall):
    async with serve(hall.app, port=0) as server, crowd(server, 1) as [ana]:
        ana.garbage()
        with pytest.raises(ConnectionClosed) as closed:
            await ana.recv()
        assert closed.value.rcvd.code == 1002


async def test_it_works_on_another_loop(hall):
    def elsewhere(server):
        async def talk():
            async with crowd(server, 2) as (ana, bo):
                await bo.send("hi")
                return await bo.recv(), ana.name

        return asyncio.run(talk())

    async with serve(hall.app, port=0) as server:
        assert await asyncio.to_thread(elsewhere, server) == ("hi", "ana")


async def test_nobody_comes_to_no_server():
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await crowd("ws://127.0.0.1:1", 2)


def test_a_crowd_before_it_comes():
    people = crowd("ws://127.0.0.1:1", 2)
    assert isinstance(people, Crowd)
    assert repr(people) == "<Crowd: nobody yet>"
    assert not [client for client in people if isinstance(client, Client)]
