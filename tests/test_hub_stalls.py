"""Clients that read nothing, or not fast enough: who is cut, who is not, and what is left."""

import asyncio
import gc
import socket
import threading
import time
import weakref
from contextlib import suppress

import pytest
from fastapi import FastAPI, WebSocket
from websockets import connect

from servers.hub import Hub
from tests.hub_room import BLOCK, ENGINES, SOON, WITHIN, Room, block, collect, number, receive
from tests.hub_server import until
from ws101 import serve


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_stalled_client_is_cut_and_the_others_get_everything(engine):
    async with Room(Hub(send_within=SOON), ws=engine) as room:
        ana, bo, cy = await room.enter(3)
        bo.transport.pause_reading()
        reading = asyncio.create_task(collect(cy, 200))
        for n in range(200):
            await ana.send(block(n))
            assert number(await receive(ana)) == n
        assert [number(m) for m in await reading] == list(range(200))
        await room.until(lambda: len(room.hub.members) == 2)
        await room.until(lambda: room.server.connections == 2)


@pytest.mark.parametrize("engine", ENGINES)
async def test_it_is_cut_also_when_traffic_stops_below_the_bound(engine):
    async with Room(Hub(send_within=SOON), ws=engine) as room:
        ana, bo = await room.enter(2)
        await room.clog(bo, ana, waiting=2)  # of 64
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: room.server.connections == 1)


async def test_it_is_cut_also_when_it_reads_a_little_and_stalls_again():
    """Each message has a deadline, not only the one that was under way at first."""
    hub = Hub(bound=200, send_within=WITHIN)
    async with Room(hub) as room:
        ana, bo = await room.enter(2)
        await room.clog(bo, ana, waiting=100)  # more than it and the system take in now
        member = await room.at(lambda: room.member(bo))
        hub.send_within = SOON
        bo.transport.resume_reading()
        while await room.at(lambda: len(member.backlog)) == 100:
            await receive(bo)  # and from then on no more
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: room.server.connections == 1)


async def test_it_is_cut_also_when_nothing_is_queued_but_bytes_are_unsent():
    """Its last message has left the hub, but a part of it not the process; no more is sent."""
    async with Room(Hub(send_within=SOON)) as room:
        ana, bo = await room.enter(2)
        member = await room.at(lambda: room.member(bo))
        bo.transport.pause_reading()
        while await room.at(lambda: len(room.hub.members)) == 2:
            await room.say("x" * 10_000)
            await receive(ana)
            assert not await room.at(lambda: member.backlog)
            await room.until(lambda: member.outlet.transport.get_write_buffer_size() == 0)
        await room.until(lambda: room.server.connections == 1)


async def test_when_it_is_cut_it_is_no_member_though_its_handler_never_looks():
    """One that only sends, and so hears of the end when it sends again."""
    hub = Hub(send_within=SOON)
    app = FastAPI()
    behind, over = threading.Event(), threading.Event()

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        with hub.join(ws) as member:
            while not member.writer:
                await hub.broadcast(block(0))
            behind.set()
            while not over.is_set():
                await asyncio.sleep(0.01)

    async with (
        serve(app, port=0) as server,
        connect(f"{server.ws_url}/ws", proxy=None, compression=None, max_queue=1) as ws,
    ):
        ws.transport.pause_reading()
        assert await asyncio.to_thread(behind.wait, WITHIN)
        await until(lambda: not hub.members)
        await until(lambda: server.connections == 0)
        over.set()


PING = b"\x89\x7d" + 125 * b"."  # a frame


async def test_it_is_cut_also_when_its_message_had_to_wait_for_bytes_that_are_none_of_the_hubs():
    """Those went out, the message went after them, and then the client stalled again."""
    async with Room(Hub(send_within=1)) as room:
        _ana, bo = await room.enter(2)
        member = await room.at(lambda: room.member(bo))
        to_bo = member.outlet.transport
        bo.transport.pause_reading()

        def send():
            while to_bo.get_write_buffer_size() == 0:
                to_bo.write(PING)
            member.send("x" * 500 * BLOCK)

        await room.at(send)
        bo.transport.resume_reading()
        await room.until(lambda: to_bo.is_closing() or to_bo.get_write_buffer_size() > BLOCK)
        bo.transport.pause_reading()
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: room.server.connections == 1)


async def test_when_it_is_cut_all_that_was_kept_for_it_is_let_go():
    class Text(str):  # a plain str cannot be watched
        pass

    async with Room(Hub(send_within=2)) as room:  # seconds, for five messages to be sent meanwhile
        ana, bo = await room.enter(2)
        member = await room.at(lambda: weakref.ref(room.member(bo)))
        bo.transport.pause_reading()
        kept = []
        while await room.at(lambda: len(member().backlog)) < 5:
            text = Text(block(len(kept)))
            kept.append(weakref.ref(text))
            await room.say(text)
            del text
            await receive(ana)
        assert any(text() for text in kept)
        await room.until(lambda: room.server.connections == 1)
        await room.until(lambda: gc.collect() is not None and member() is None)
        assert not any(text() for text in kept)


async def test_a_client_that_is_only_slow_is_not_cut():
    """It takes longer for all that waits than one message may take, but each is in time."""
    async with Room(Hub(bound=200, send_within=1.5)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=150)
        bo.transport.resume_reading()
        started = time.monotonic()
        for n in range(sent):
            assert number(await receive(bo)) == n
            while time.monotonic() < started + 2.5 * n / sent:
                await asyncio.sleep(0.01)  # this is how slow it is
        assert await room.at(lambda: len(room.hub.members)) == 2


async def test_a_client_is_not_cut_because_the_server_itself_was_late():
    """A handler that blocks the loop keeps everybody's bytes from leaving."""
    async with Room(Hub(send_within=4)) as room:
        clients = await room.enter(3)
        bo, cy, di = [await room.at(lambda ws=ws: room.member(ws)) for ws in clients]
        for ws in clients:
            ws.transport.pause_reading()

        async def block_the_loop():
            # For Bo a message waits in the hub. For Cy one waits behind bytes that the hub knows
            # nothing of. For Di one is under way that the system takes in several parts.
            nonlocal sent
            while not bo.backlog:
                bo.send(block(sent))
                sent += 1
            to_cy = cy.outlet.transport
            while to_cy.get_write_buffer_size() == 0:
                to_cy.write(PING)
            cy.send("999999 waited")
            tcp = di.outlet.transport.get_extra_info("socket")
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BLOCK)
            di.send("999999 large".ljust(8 * BLOCK, "."))
            await asyncio.sleep(0.1)  # from now on it is under way
            blocked.set()
            time.sleep(5)  # noqa: ASYNC251 (the fault itself)
            return [member.writer for member in (bo, cy, di)]

        sent = 0
        blocked = threading.Event()
        blocking = asyncio.create_task(room.server.run(block_the_loop()))
        assert await asyncio.to_thread(blocked.wait, WITHIN)
        for ws in clients:
            ws.transport.resume_reading()
        to_bo, to_cy, to_di = clients
        assert [number(m) for m in await collect(to_bo, sent)] == list(range(sent))
        assert number(await receive(to_cy)) == 999_999
        assert len(await receive(to_di)) == 8 * BLOCK
        assert None not in await blocking  # all this time something waited for each
        for member in (bo, cy, di):
            await room.until(lambda member=member: member.writer is None)
        assert await room.at(lambda: len(room.hub.members)) == 3


async def test_one_that_says_goodbye_and_then_reads_nothing_is_cut_too():
    """uvicorn would wait for ever until it has taken the rest."""
    async with Room(Hub(send_within=SOON)) as room:
        ana, bo = await room.enter(2)
        await room.clog(bo, ana, waiting=1)
        bo.transport.write(b"\x88\x80\x00\x00\x00\x00")  # a close frame, empty, masked with zeros
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: room.server.connections == 1)


async def test_a_client_whose_handler_ends_before_all_is_out_is_cut_too():
    """Sent past the hub, and not taken: uvicorn alone would keep the connection for ever."""
    hub = Hub(send_within=SOON)
    app = FastAPI()
    ended = threading.Event()

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        with hub.join(ws), suppress(TimeoutError):
            while True:
                await asyncio.wait_for(ws.send_text(block(0)), SOON)
        ended.set()

    async with (
        serve(app, port=0) as server,
        connect(f"{server.ws_url}/ws", proxy=None, compression=None) as ws,
    ):
        ws.transport.pause_reading()
        assert await asyncio.to_thread(ended.wait, WITHIN)
        await until(lambda: server.connections == 0)
