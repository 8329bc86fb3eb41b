"""Where the hub cannot reach uvicorn's protocol: other servers, and middleware in between."""

import asyncio

import pytest
from websockets import ConnectionClosedError

from servers.broadcast import app as broadcast
from servers.broadcast import hub as broadcast_hub
from servers.hub import Hub
from tests.hub_room import SOON, WITHIN, Room, collect, number, numbers_until, receive


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
        member = await room.at(lambda: room.member(bo))
        await room.clog(bo, ana, waiting=2)
        await room.until(lambda: len(room.hub.members) == 1)
        await room.until(lambda: member.writer is None and not member.backlog)
        await room.say("hi")
        assert await receive(ana) == "hi"


async def test_under_another_server_a_send_is_no_part_of_its_broadcasters_task():
    """A server may have a deadline of its own on a send: that would cancel who began it."""
    late = []

    def limited(app):
        async def wrapped(scope, receive, send):
            async def send_it(event):
                if scope["client"][1] in slow and event["type"] == "websocket.send":
                    try:
                        async with asyncio.timeout(0.01):
                            await asyncio.Event().wait()
                    except TimeoutError:
                        late.append(event["text"])
                await send(event)

            known = scope["type"] != "websocket"
            await app(scope, receive if known else lambda: receive(), send if known else send_it)

        return wrapped

    slow = set()
    async with Room(Hub(), wrap=limited) as room:
        ana, bo = await room.enter(2)
        slow.add(bo.local_address[1])
        for text in ("one", "two", "three"):
            await ana.send(text)
        assert [await collect(ws, 3) for ws in (ana, bo)] == [["one", "two", "three"]] * 2
        assert late == ["one", "two", "three"]


class Driver:
    """A client of an app with no server: the app's task, and what goes in and comes out.

    As in Starlette's TestClient, `receive` and `send` are bound methods of something else.
    """

    def __init__(self, app):
        self.to_app, self.from_app = asyncio.Queue(), asyncio.Queue()
        scope = {"type": "websocket", "path": "/ws", "headers": [], "query_string": b""}
        self.task = asyncio.create_task(app(scope, self.to_app.get, self.from_app.put))

    async def __aenter__(self):
        await self.to_app.put({"type": "websocket.connect"})
        assert (await self.get())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_):
        await self.to_app.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, WITHIN)

    async def say(self, **message):
        await self.to_app.put({"type": "websocket.receive"} | message)

    async def get(self):
        return await asyncio.wait_for(self.from_app.get(), WITHIN)


async def test_with_no_server_at_all():
    async with Driver(broadcast) as ana, Driver(broadcast) as cy:
        async with Driver(broadcast) as bo:
            for n in range(50):
                await (ana, bo)[n % 2].say(text=str(n))
                for client in (ana, bo, cy):
                    assert (await client.get())["text"] == str(n)
        await ana.say(bytes=b"no text")
        assert await ana.get() == {
            "type": "websocket.close",
            "code": 1003,
            "reason": "A message is text, please.",
        }
        await cy.say(text="still here")
        assert (await cy.get())["text"] == "still here"
        assert ana.from_app.empty()
    assert not broadcast_hub.members
    assert asyncio.all_tasks() == {asyncio.current_task()}


# Middleware under uvicorn


def between(send_instead):
    """A middleware that has its own way of sending to clients, as one that logs or counts has."""

    def wrap(app):
        async def wrapped(scope, receive, send):
            async def send_it(event):
                await send_instead(scope, event, send)

            await app(scope, receive, send_it if scope["type"] == "websocket" else send)

        return wrapped

    return wrap


async def test_a_middleware_that_waits_costs_neither_a_message_nor_the_order():
    async def at_leisure(scope, event, send):
        await asyncio.sleep(0)
        await send(event)
        await asyncio.sleep(0.001)

    async with Room(Hub(bound=1000), wrap=between(at_leisure)) as room:
        clients = await room.enter(3)
        for n in range(100):
            await clients[n % 3].send(f"{n} ")
        heard = [await collect(ws, 100) for ws in clients]
        assert heard[0] == heard[1] == heard[2]
        for name in range(3):
            assert [int(m) for m in heard[0] if int(m) % 3 == name] == [*range(name, 100, 3)]


async def test_a_middleware_that_never_ends_costs_its_client_the_connection():
    async def never(scope, event, send):
        if event.get("text") == "stop":
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)
        await send(event)

    ended = []
    async with Room(Hub(send_within=SOON), wrap=between(never)) as room:
        ana = await room.enter()
        await room.say("stop")
        with pytest.raises(ConnectionClosedError):
            await receive(ana)
        assert ended == [True]


@pytest.mark.parametrize("waiting", [0, 2])
async def test_an_error_in_sending_to_one_is_nobody_elses(waiting):
    """No send is meant to raise it. It is logged, and that client gets no more."""

    async def fail(scope, event, send):
        if scope["client"][1] in failing and event.get("text") == "999999 poison":
            raise ZeroDivisionError("in sending")
        await send(event)

    failing = set()
    async with Room(Hub(send_within=WITHIN), wrap=between(fail)) as room:
        room.failure = "ZeroDivisionError: in sending"
        ana, bo, cy = await room.enter(3)
        failing.add(bo.local_address[1])
        sent = await room.clog(bo, ana, waiting) if waiting else 0
        await ana.send("999999 poison")
        assert await numbers_until(ana, 999_999) == [999_999]
        assert await numbers_until(cy, 999_999) == [*range(sent), 999_999]
        bo.transport.resume_reading()
        assert [number(m) for m in await collect(bo, sent)] == list(range(sent))
        await room.until(lambda: len(room.hub.members) == 2)
        await room.say("hi")
        assert [await receive(ana), await receive(cy)] == ["hi"] * 2


async def test_each_client_has_an_event_of_its_own_that_a_middleware_may_change():
    async def shout(scope, event, send):
        if event["type"] == "websocket.send":
            event["text"] += "!"
        await send(event)

    async with Room(Hub(), wrap=between(shout)) as room:
        clients = await room.enter(3)
        await room.say("hi")
        assert [await receive(ws) for ws in clients] == ["hi!"] * 3


async def test_a_middlewares_deadline_ends_nobody_but_the_one_it_waits_for():
    """Bo's turn comes while bytes wait for him that are none of the hub's."""

    async def hurry(scope, event, send):
        async with asyncio.timeout(SOON):
            await send(event)

    async with Room(Hub(send_within=WITHIN), wrap=between(hurry)) as room:
        ana, bo, cy = await room.enter(3)
        to_bo = (await room.at(lambda: room.member(bo))).outlet.transport
        bo.transport.pause_reading()

        def fill():
            while to_bo.get_write_buffer_size() == 0:
                to_bo.write(b"\x89\x7d" + 125 * b".")  # a ping frame

        await room.at(fill)
        await ana.send("hi")
        await room.until(lambda: len(room.hub.members) < 3)
        await cy.send("still here")
        for ws in (ana, cy):
            assert await collect(ws, 2) == ["hi", "still here"]
        assert await room.at(lambda: room.member(bo)) is None
