"""A client that the server's side closes, or takes out of a hub."""

import asyncio

import pytest
from fastapi import FastAPI, WebSocket
from websockets import ConnectionClosedError, connect

from servers.hub import Hub
from tests.hub_room import SOON, WITHIN, Room, collect, number, receive
from ws101 import serve


@pytest.mark.parametrize("waiting", [0, 2])
async def test_closing_one_client_with_a_code(waiting):
    """What waits for it is dropped, what is under way to it is not; the call waits for that."""
    async with Room(Hub(send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting, settled=True) if waiting else 0
        member = await room.at(lambda: room.member(bo))
        closing = asyncio.create_task(room.server.run(member.close(4001, "enough")))
        await room.until(lambda: len(room.hub.members) == 1)
        await room.at(lambda: member.send("too late"))
        assert not (waiting and closing.done())
        bo.transport.resume_reading()
        got = await collect(bo, sent - waiting)
        with pytest.raises(ConnectionClosedError):
            await receive(bo)
        await closing
        assert [number(m) for m in got] == list(range(sent - waiting))
        assert (bo.close_code, bo.close_reason) == (4001, "enough")


async def test_closing_a_client_that_reads_nothing_ends_too():
    async with Room(Hub(send_within=SOON)) as room:
        ana, bo = await room.enter(2)
        member = await room.at(lambda: room.member(bo))
        await room.clog(bo, ana, waiting=1)
        async with asyncio.timeout(WITHIN):
            await room.server.run(member.close(4001, "enough"))
        await room.until(lambda: room.server.connections == 1)


async def test_after_it_has_left_nothing_is_sent_to_it():
    """It is still connected: a client may leave a hub, and join again or join another."""
    hub = Hub()
    app = FastAPI()

    @app.websocket("/ws")
    async def visit(ws: WebSocket):
        await ws.accept()
        with hub.join(ws) as member:
            await hub.broadcast("one")
        await hub.broadcast("two")
        member.send("three")
        with hub.join(ws) as member_again:
            member.send("four")
            member_again.send("five")
        await ws.send_text("six")

    async with serve(app, port=0) as server, connect(f"{server.ws_url}/ws", proxy=None) as ws:
        assert await collect(ws, 3) == ["one", "five", "six"]
