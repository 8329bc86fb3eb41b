"""The hub's promises, over real sockets: delivery, order, cancellation, mistakes."""

import asyncio
import re

import pytest
from fastapi import FastAPI, WebSocket
from websockets import ConnectionClosedError, connect

from servers.hub import Hub
from tests.hub_room import ENGINES, WITHIN, Room, collect, number, numbers_until, receive
from ws101 import serve

# Delivery


@pytest.mark.parametrize("engine", ENGINES)
async def test_all_get_every_message_in_one_order_the_sender_included(engine):
    async with Room(Hub(), ws=engine) as room:
        clients = await room.enter(5)

        async def talk(name, ws):
            for n in range(40):
                await ws.send(f"{name} {n}" if n % 2 else b"%d %d" % (name, n))

        heard = [asyncio.create_task(collect(ws, 200)) for ws in clients]
        await asyncio.gather(*(talk(name, ws) for name, ws in enumerate(clients)))
        first, *others = await asyncio.gather(*heard)
        assert all(other == first for other in others)
        for name in range(5):  # nobody's own order is changed; text stays text, bytes bytes
            own = [m for m in first if m.split()[0] in (str(name), b"%d" % name)]
            assert own == [f"{name} {n}" if n % 2 else b"%d %d" % (name, n) for n in range(40)]


async def test_the_order_is_the_same_for_one_who_was_behind():
    async with Room(Hub(bound=1000, send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        talkers = await room.enter(3)
        sent = await room.clog(bo, ana, waiting=2)

        async def talk(name, ws):
            for n in range(40):
                await ws.send(f"{name} {n}")
                await asyncio.sleep(0)  # the next one's turn: `send` alone may never wait

        heard = asyncio.create_task(collect(ana, 120))
        await asyncio.gather(*(talk(name, ws) for name, ws in enumerate(talkers)))
        heard = await heard
        names = [m.split()[0] for m in heard]
        assert names != sorted(names)  # they did talk at the same time
        bo.transport.resume_reading()
        assert (await collect(bo, sent + 120))[sent:] == heard


@pytest.mark.parametrize("waiting", [0, 3])
async def test_a_message_to_one_client_keeps_its_place_among_the_broadcasts(waiting):
    async with Room(Hub(send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting, settled=True) if waiting else 0
        await room.say("before")
        await room.at(lambda: room.member(bo).send("for Bo"))
        await room.say("after")
        bo.transport.resume_reading()
        assert [await receive(ana) for _ in range(2)] == ["before", "after"]
        got = await collect(bo, sent + 3)
        assert got[-3:] == ["before", "for Bo", "after"]
        assert [number(m) for m in got[:-3]] == list(range(sent))


async def test_with_nothing_queued_it_is_out_at_once_and_with_no_task():
    async with Room(Hub()) as room:
        clients = await room.enter(3)

        def send():
            tasks = asyncio.all_tasks()
            for member in room.hub.members.values():
                member.send("now")
            sizes = [m.outlet.transport.get_write_buffer_size() for m in room.hub.members.values()]
            return sizes, asyncio.all_tasks() - tasks

        assert await room.at(send) == ([0, 0, 0], set())
        assert [await receive(ws) for ws in clients] == ["now"] * 3


async def test_a_broadcast_has_everyone_served_before_anything_else_happens():
    """So nobody can join or leave halfway, and no other message can come in between."""
    async with Room(Hub()) as room:
        clients = await room.enter(5)

        def first_step():
            broadcast = room.hub.broadcast("one")
            broadcast.send(None)
            broadcast.close()

        await room.at(first_step)
        await room.say("two")
        assert [await collect(ws, 2) for ws in clients] == [["one", "two"]] * 5


async def test_a_broadcast_gives_the_others_a_turn():
    """A client may send so fast that the server never has to wait for its next message."""
    async with Room(Hub()) as room:

        async def turns():
            seen = []
            for n in range(3):
                asyncio.get_running_loop().call_soon(seen.append, n)
                await room.hub.broadcast("x")
            return list(seen)  # as it is now

        assert await room.server.run(turns()) == [0, 1, 2]


# Cancellation


@pytest.mark.parametrize("waiting", [0, 2])
async def test_a_cancelled_broadcast_has_reached_everyone_and_says_that_it_was_cancelled(waiting):
    """Whether or not one of them is clogged: a broadcast never waits for a client."""
    async with Room(Hub(send_within=WITHIN)) as room:
        ana, bo, cy = await room.enter(3)
        sent = await room.clog(bo, ana, waiting) if waiting else 0

        async def cancel():
            broadcast = asyncio.create_task(room.hub.broadcast("999998 once"))
            await asyncio.sleep(0)
            broadcast.cancel()
            await asyncio.wait([broadcast])
            return broadcast.cancelled()

        assert await room.server.run(cancel()) is True
        await room.say("999999 twice")
        bo.transport.resume_reading()
        assert await numbers_until(ana, 999_999) == [999_998, 999_999]
        for ws in (bo, cy):
            assert await numbers_until(ws, 999_999) == [*range(sent), 999_998, 999_999]


async def test_a_cancelled_handler_leaves_the_hub():
    async with Room(Hub()) as room:
        room.failure = "CancelledError"
        ana, bo = await room.enter(2)

        def cancel_bo():
            for task in asyncio.all_tasks():
                if task in handlers and room.member(bo).ws is handlers[task]:
                    task.cancel()

        handlers = await room.at(lambda: running_handlers(room.hub))
        await room.at(cancel_bo)
        await room.until(lambda: len(room.hub.members) == 1)
        await room.say("hi")
        assert await receive(ana) == "hi"
        with pytest.raises(ConnectionClosedError):
            await receive(bo)


def running_handlers(hub):
    """The tasks that run the members' handlers, and the WebSocket of each."""
    protocols = {member.ws._receive.__self__: member.ws for member in hub.members.values()}
    return {
        task: protocols[task.get_coro().cr_frame.f_locals["self"]]
        for task in asyncio.all_tasks()
        if task.get_coro().__name__ == "run_asgi"
    }


# Mistakes


async def test_joining_needs_an_accepted_connection_and_happens_once():
    said = []
    app = FastAPI()
    hub = Hub()

    @app.websocket("/early")
    async def early(ws: WebSocket):
        try:
            with hub.join(ws):
                said.append("joined")
        except RuntimeError as error:
            said.append(str(error))
        await ws.accept()

    @app.websocket("/twice")
    async def twice(ws: WebSocket):
        await ws.accept()
        try:
            with hub.join(ws), hub.join(ws):
                said.append("joined")
        except RuntimeError as error:
            said.append(str(error))

    async with serve(app, port=0) as server:
        for path in ("/early", "/twice"):
            async with asyncio.timeout(WITHIN), connect(server.ws_url + path, proxy=None) as ws:
                await ws.wait_closed()
    assert said == ["A client joins a hub once, after `await ws.accept()`."] * 2
    assert not hub.members


@pytest.mark.parametrize("bound", [0, -1])
def test_a_hub_needs_room_for_a_message(bound):
    with pytest.raises(ValueError, match="bound"):
        Hub(bound=bound)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"on": True}, "A message is str or bytes, not dict. json.dumps() it?"),
        (None, "A message is str or bytes, not NoneType"),
        (bytearray(b"x"), "A message is str or bytes, not bytearray"),
        ("half a character: \ud800", "surrogates not allowed"),
    ],
)
async def test_what_cannot_be_sent_is_its_senders_error_and_nobody_elses(message, error):
    async with Room(Hub(send_within=WITHIN)) as room:
        bo, ana = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=1)
        for send in (
            lambda: room.say(message),
            lambda: room.at(lambda: room.member(ana).send(message)),
            lambda: room.at(lambda: room.member(bo).send(message)),
        ):
            with pytest.raises((TypeError, ValueError), match=re.escape(error)):
                await send()
        await room.say("999999 fine")
        assert await numbers_until(ana, 999_999) == [999_999]
        bo.transport.resume_reading()
        assert await numbers_until(bo, 999_999) == [*range(sent), 999_999]
