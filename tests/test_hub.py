"""The hub's promises, over real sockets: to clients that vanish, stall, flood and talk nonsense.

A test stands on two loops: its clients live on its own, the hub on the server's. What is said of
the hub is looked at there, between two steps of it: `await room.at(lambda: …)`.
"""

import asyncio
import gc
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi import FastAPI, WebSocket
from websockets import ConnectionClosedError, connect

from servers.hub import Hub
from servers.policies import TOO_SLOW, disconnect, drop_newest, drop_oldest, keep_latest
from ws101 import serve

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 20  # seconds: a deadline that only a hang reaches
SOON = 0.3  # seconds: the hub's own deadline, where a test is about that
BLOCK = 65_536  # characters: some sixty of these fill every buffer on the way to a client
ENGINES = ("websockets-sansio", "wsproto")  # under uvicorn, what speaks WebSocket


async def until(condition):
    """Wait for what another task or thread brings about."""
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.005)


class Room:
    """A hub, a server of its own that hands everything on, and clients of it."""

    def __init__(self, hub, wrap=lambda app: app, **options):
        self.hub = hub
        app = FastAPI()

        @app.websocket("/ws")
        async def talk(ws: WebSocket):
            await ws.accept()
            with hub.join(ws):
                while (event := await ws.receive())["type"] != "websocket.disconnect":
                    text = event.get("text")
                    await hub.broadcast(event["bytes"] if text is None else text)

        self.server = serve(wrap(app), port=0, **options)
        self.clients = []
        self.failure = None  # what a test expects in the server's log

    async def __aenter__(self):
        self.tasks = await self.at(asyncio.all_tasks)
        return self

    async def __aexit__(self, *_):
        """However it went: afterwards no member, socket or task is left, nor word of an error."""
        for ws in self.clients:
            ws.transport.abort()
        for ws in self.clients:
            await ws.wait_closed()
        await self.until(lambda: not self.hub.members)
        await self.until(lambda: self.server.connections == 0)
        await self.until(lambda: len(asyncio.all_tasks()) <= len(self.tasks) + 1)  # and this one
        await asyncio.to_thread(self.server.stop)
        log = str(self.server.log)
        assert log.count("Traceback") == (self.failure is not None), log
        assert (self.failure or "") in log

    async def enter(self, count=None):
        """One client that is a member now, or `count` of them."""
        if count is not None:
            return [await self.enter() for _ in range(count)]
        tcp = socket.socket()
        # Otherwise the system gives a client up to 32 MB as soon as it begins to read.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BLOCK)
        tcp.setblocking(False)
        await asyncio.get_running_loop().sock_connect(tcp, (self.server.host, self.server.port))
        ws = await connect(
            f"{self.server.ws_url}/ws",
            sock=tcp,
            proxy=None,
            compression=None,
            ping_interval=None,
            open_timeout=WITHIN,
        )
        self.clients.append(ws)
        await self.until(lambda: self.member(ws))
        return ws

    def member(self, ws):
        """The member at the other end. None if there is none."""
        port = ws.local_address[1]
        return next((m for m in self.hub.members.values() if m.ws.client.port == port), None)

    async def at(self, look):
        """What a function returns when it is called between two steps of the server's loop."""

        async def run():
            return look()

        return await self.server.run(run())

    async def until(self, condition):
        await self.server.run(until(condition))

    async def say(self, message):
        """Broadcast, from the server's side."""
        await self.server.run(self.hub.broadcast(message))

    async def clog(self, ws, witness, waiting, settled=False):
        """Stall `ws`, then send until so many messages wait for it, or it is cut off for that.

        Returns how many were sent. Each begins with its number, and `witness` reads it before the
        next is sent. `settled`: until the buffers below take no more of what waits either.
        """
        member = await self.at(lambda: self.member(ws))
        ws.transport.pause_reading()
        sent = 0
        while await self.at(lambda: member.ws in self.hub.members):
            if await self.at(lambda: len(member.backlog)) < waiting:
                await self.say(block(sent))
                assert number(await receive(witness)) == sent
                sent += 1
            elif not settled or await self.at_rest(member):
                break
        return sent

    async def at_rest(self, member):
        """Whether nothing moves on the way to a client, for so long as a busy machine needs."""

        def state():
            return len(member.backlog), member.outlet.transport.get_write_buffer_size()

        before = await self.at(state)
        await asyncio.sleep(0.2)
        return await self.at(state) == before


def block(number):
    return f"{number} ".ljust(BLOCK, ".")


def number(message):
    return int(message.split()[0])


async def receive(ws):
    return await asyncio.wait_for(ws.recv(), WITHIN)


async def numbers_until(ws, last):
    """The numbers of all messages up to that one, as they came."""
    got = []
    while not got or got[-1] != last:
        got.append(number(await receive(ws)))
    return got


def vanish(ws):
    """Gone at once, as when a process is killed: a TCP reset."""
    tcp = ws.transport.get_extra_info("socket")
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws.transport.abort()


def hang_up(ws):
    """The end of the TCP connection, with no close frame before it."""
    ws.transport.close()


def talk_nonsense(ws):
    """A frame that is not masked and has every reserved bit set."""
    ws.transport.write(b"\xf3\x05hello")


# Delivery


async def test_all_get_every_message_in_one_order_the_sender_included():
    async with Room(Hub()) as room:
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


async def collect(ws, count):
    return [await receive(ws) for _ in range(count)]


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


# Clients that go


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("leave", [vanish, hang_up, talk_nonsense])
async def test_a_client_that_is_gone_costs_nobody_a_message(leave, engine):
    """It goes, and in the same moment another one sends: the server learns of both at once."""
    async with Room(Hub(), ws=engine) as room:
        ana, cy = await room.enter(2)
        for n in range(30):
            bo = await room.enter()
            leave(bo)
            await ana.send(str(n))
            assert [await receive(ana), await receive(cy)] == [str(n)] * 2
        await room.until(lambda: len(room.hub.members) == 2)


async def test_clients_found_gone_during_a_broadcast():
    """Their connections are lost, but their handlers have not heard of it yet."""
    async with Room(Hub()) as room:
        clients = await room.enter(6)

        async def lose_half():
            members = list(room.hub.members.values())
            for member in members[::2]:
                member.outlet.transport.abort()
            await asyncio.sleep(0)  # asyncio tells uvicorn; the handlers' turn is after ours
            assert list(room.hub.members.values()) == members
            await room.hub.broadcast("still here?")
            return len(room.hub.members)

        assert await room.server.run(lose_half()) == 3
        assert [await receive(ws) for ws in clients[1::2]] == ["still here?"] * 3


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_client_that_uvicorn_gave_up(engine):
    """After a ping timeout uvicorn refuses to send, with a RuntimeError, whoever's turn it is."""
    async with Room(Hub(), ws=engine) as room:
        ana, _bo = await room.enter(2)

        async def give_up_one():
            _, bo = room.hub.members.values()
            bo.ws._receive.__self__.keepalive_timeout()
            await room.hub.broadcast("still here?")
            return bo in room.hub.members.values()

        assert await room.server.run(give_up_one()) is False
        assert await receive(ana) == "still here?"


async def test_clients_come_and_go_during_broadcasts_with_one_client_clogged():
    async with Room(Hub(bound=10_000, send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=1)

        async def come_and_go():
            for n in range(40):
                ws = await room.enter()
                if n % 3:
                    (vanish, hang_up)[n % 2](ws)
                else:
                    await ws.close()

        passing = asyncio.create_task(come_and_go())
        first = sent
        while not passing.done() or sent < first + 100:
            await ana.send(f"{sent} ")
            sent += 1
            assert number(await receive(ana)) == sent - 1
        await passing
        bo.transport.resume_reading()
        assert await numbers_until(bo, sent - 1) == list(range(sent))


# Clients that stall


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


async def test_when_it_is_cut_all_that_was_kept_for_it_is_let_go():
    class Text(str):  # a plain str cannot be watched
        pass

    async with Room(Hub(send_within=SOON)) as room:
        ana, bo = await room.enter(2)
        member = await room.at(lambda: weakref.ref(room.member(bo)))
        bo.transport.pause_reading()
        kept = []
        while await room.at(lambda: bool(member() and len(member().backlog) < 5)):
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
    async with Room(Hub(send_within=1)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=1)
        member = await room.at(lambda: room.member(bo))
        blocked = threading.Event()

        def block_the_loop():
            blocked.set()
            time.sleep(1.5)
            return member.writer

        blocking = asyncio.create_task(room.at(block_the_loop))
        await asyncio.to_thread(blocked.wait, WITHIN)
        bo.transport.resume_reading()
        assert [number(m) for m in await collect(bo, sent)] == list(range(sent))
        assert await blocking  # all this time something waited for Bo
        await room.until(lambda: member.writer is None)
        assert await room.at(lambda: len(room.hub.members)) == 2


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


# When a backlog is full


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (drop_newest, ["a", "b", "c"]),
        (drop_oldest, ["b", "c", "new"]),
        (keep_latest, ["new"]),
        (disconnect, [TOO_SLOW]),
    ],
)
def test_a_policy_in_itself(policy, left):
    backlog = deque("abc")
    policy(backlog, "new")
    assert list(backlog) == left


@pytest.mark.parametrize(
    ("policy", "kept"),
    [(drop_newest, [0, 1, 2]), (drop_oldest, [5, 6, 7]), (keep_latest, [6, 7])],
)
async def test_what_a_slow_client_gets(policy, kept):
    """Eight messages for a backlog of three, then it reads again."""
    async with Room(Hub(policy, bound=3, send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        under_way = await room.clog(bo, ana, waiting=1, settled=True) - 1
        for n in range(under_way + 1, under_way + 8):
            await room.say(block(n))
            assert number(await receive(ana)) == n
        assert await room.at(lambda: len(room.member(bo).backlog)) == len(kept)
        bo.transport.resume_reading()
        await room.until(lambda: room.member(bo).writer is None)
        await room.say("999999 the end")
        got = await numbers_until(bo, 999_999)
        assert got == [*range(under_way), *(under_way + n for n in kept), 999_999]


async def test_a_slow_client_is_told_why_it_is_disconnected():
    async with Room(Hub(disconnect, bound=3, send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        under_way = await room.clog(bo, ana, waiting=1, settled=True) - 1
        for n in range(under_way + 1, under_way + 8):
            await room.say(block(n))
            assert number(await receive(ana)) == n
        bo.transport.resume_reading()
        got = await numbers_until(bo, under_way - 1)
        with pytest.raises(ConnectionClosedError):
            await receive(bo)
        assert got == list(range(under_way))
        assert (bo.close_code, bo.close_reason) == (1013, "too slow")
        await room.until(lambda: len(room.hub.members) == 1)


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
        await room.clog(bo, ana, waiting=1)
        member = await room.at(lambda: room.member(bo))
        async with asyncio.timeout(WITHIN):
            await room.server.run(member.close(4001, "enough"))
        await room.until(lambda: room.server.connections == 1)


async def test_after_it_has_left_nothing_is_sent_to_it():
    """It is still connected: a client may leave one hub and join another."""
    hub = Hub()
    app = FastAPI()

    @app.websocket("/ws")
    async def visit(ws: WebSocket):
        await ws.accept()
        with hub.join(ws) as member:
            await hub.broadcast("one")
        await hub.broadcast("two")
        member.send("three")
        await ws.send_text("four")

    async with serve(app, port=0) as server, connect(f"{server.ws_url}/ws", proxy=None) as ws:
        assert await collect(ws, 2) == ["one", "four"]


# Cancellation


async def test_a_cancelled_broadcast_has_reached_everyone_and_says_that_it_was_cancelled():
    async with Room(Hub()) as room:
        clients = await room.enter(3)

        async def cancel():
            broadcast = asyncio.create_task(room.hub.broadcast("once"))
            await asyncio.sleep(0)
            broadcast.cancel()
            await asyncio.wait([broadcast])
            return broadcast.cancelled()

        assert await room.server.run(cancel()) is True
        await room.say("twice")
        assert [await collect(ws, 2) for ws in clients] == [["once", "twice"]] * 3


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


# Other servers than uvicorn


def unknown(app):
    """As under a server of which nothing is known: only the two functions of ASGI.

    https://asgi.readthedocs.io/en/latest/specs/main.html#applications
    """

    async def wrapped(scope, receive, send):
        async def receive_it():
            return await receive()

        async def send_it(event):
            await asyncio.sleep(0)  # this one always has to wait
            await send(event)

        await app(scope, receive_it, send_it)

    return wrapped


async def test_another_server_delivers_in_order_too():
    async with Room(Hub(bound=100), wrap=unknown) as room:
        clients = await room.enter(3)
        for n in range(100):
            await clients[n % 3].send(str(n))
        heard = [await collect(ws, 100) for ws in clients]
        assert heard[0] == heard[1] == heard[2]
        for name in range(3):
            assert [m for m in heard[0] if int(m) % 3 == name] == [
                str(n) for n in range(name, 100, 3)
            ]


async def test_under_another_server_a_send_is_given_up_before_a_close_is_tried():
    log = []

    def logged(app):
        async def wrapped(scope, receive, send):
            async def send_it(event):
                try:
                    if event["type"] == "websocket.send":
                        await asyncio.Event().wait()
                    await send(event)
                finally:
                    log.append(event["type"].removeprefix("websocket."))

            known = scope["type"] != "websocket"
            await app(scope, receive if known else lambda: receive(), send if known else send_it)

        return wrapped

    async with Room(Hub(send_within=SOON), wrap=logged) as room:
        ana = await room.enter()
        await room.say("nobody ever gets this")
        with pytest.raises(ConnectionClosedError):
            await receive(ana)
        assert ana.close_code == 1013
    assert log == ["accept", "send", "close"]


async def test_under_another_server_a_stalled_client_is_out_of_the_hub():
    """To drop its connection is up to that server. Its task and backlog are gone all the same."""
    async with Room(Hub(send_within=SOON), wrap=unknown) as room:
        ana, bo = await room.enter(2)
        await room.clog(bo, ana, waiting=2)
        member = await room.at(lambda: room.member(bo))
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: member.writer is None and not member.backlog)
        await room.say("hi")
        assert await receive(ana) == "hi"


# The server that the lesson is about


@pytest.fixture
def broadcast():
    with serve(ROOT / "servers" / "broadcast.py", port=0) as server:
        yield server
    assert "Traceback" not in str(server.log), server.log


def visit(server):
    return connect(f"{server.ws_url}/ws", proxy=None, open_timeout=WITHIN, max_size=2**25)


@pytest.mark.parametrize("text", ["hi", "", "né 🦉", "x" * 2**20, "é" * 2**19])
async def test_broadcast_hands_on_each_text_to_all(broadcast, text):
    async with visit(broadcast) as ana, visit(broadcast) as bo:
        await ana.send(text)
        assert [await receive(ana), await receive(bo)] == [text] * 2


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        (b"hi", 1003, "A message is text, please."),
        ("x" * (2**20 + 1), 1009, "A message has 1 MiB at most."),
        ("é" * (2**19 + 1), 1009, "A message has 1 MiB at most."),  # two bytes each
        ("x" * (2**24 + 1), 1009, None),  # uvicorn's own limit, in its own words
    ],
)
async def test_broadcast_refuses_with_a_code_and_the_others_never_notice(
    broadcast, message, code, reason
):
    async with visit(broadcast) as ana, visit(broadcast) as bo:
        await ana.send("first")
        assert [await receive(ana), await receive(bo)] == ["first"] * 2
        await ana.send(message)
        with pytest.raises(ConnectionClosedError):
            await receive(ana)
        assert ana.close_code == code
        assert reason is None or ana.close_reason == reason
        await bo.send("still here")
        assert await receive(bo) == "still here"


@pytest.mark.parametrize("moment", ["after it is cut", "before"])
async def test_sigterm_ends_it_although_a_client_stalled(moment):
    """Run as a learner does, with no bound on uvicorn's own patience."""
    command = [sys.executable, "-m", "uvicorn", "servers.broadcast:app", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):  # a fresh Python on a busy machine
            said = b""
            while not (running := re.search(rb"running on http://127.0.0.1:(\d+)", said)):
                line = await process.stderr.readline()
                assert line, said.decode()
                said += line
        url = f"ws://127.0.0.1:{int(running[1])}/ws"
        options = {"proxy": None, "compression": None, "ping_interval": None}
        async with connect(url, **options) as ana, connect(url, **options) as bo:
            bo.transport.pause_reading()
            for n in range(200):
                await ana.send(block(n))
                assert number(await receive(ana)) == n
            if moment == "after it is cut":
                await asyncio.to_thread(wait_for_reset, bo.transport.get_extra_info("socket"))
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosedError):
                await receive(ana)
            assert ana.close_code == 1012
            async with asyncio.timeout(WITHIN):
                await process.wait()
            bo.transport.abort()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def wait_for_reset(tcp):
    """Until the other side has aborted the connection, whatever is still unread in it."""
    poll = select.poll()
    poll.register(tcp.fileno(), 0)
    assert poll.poll(WITHIN * 1000), "the server has not cut the stalled client"
