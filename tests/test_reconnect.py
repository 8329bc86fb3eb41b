"""`servers/reconnect.py`, the client that comes back, in front of servers that do not let it be."""

import asyncio
import json
import signal
from collections import deque
from contextlib import aclosing

import pytest
from websockets import InvalidStatus, connect
from websockets.asyncio.server import serve as plain_serve

from servers.reconnect import follow, waits
from tests import ports
from tests.heartbeat_ward import EVERY, WITHIN, Client, Relay, Ward, until
from tests.leaks import no_thread
from tests.server_process import alone, ended

GREETING = json.dumps({"every": EVERY, "run": "1", "last": 0, "missed": [], "lost": 0})


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", str(EVERY))
    with no_thread():
        yield


def test_waits_are_by_chance_below_a_limit_that_doubles():
    limits = [0.25, 0.5, 1, 2, 4, 8, 10, 10, 10]
    tries = [[next(w) for _ in limits] for w in [waits() for _ in range(300)]]
    for column, limit in zip(zip(*tries, strict=True), limits, strict=True):
        assert 0 <= min(column) < 0.1 * limit
        assert 0.9 * limit < max(column) <= limit


class Follower:
    """`follow`, and what it has yielded so far."""

    def __init__(self, url, name="bo"):
        self.greetings = []
        self.numbers = []
        self.following = asyncio.create_task(self.follow(url, name))

    async def follow(self, url, name):
        async with aclosing(follow(url, name, proxy=None)) as messages:
            async for message in messages:
                if "missed" in message:
                    self.greetings.append(message)
                else:
                    self.numbers.append(message["n"])

    async def stop(self):
        self.following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.following


async def test_follow_stays_and_is_heard():
    async with Ward() as ward:
        bo = Follower(ward.url)
        await until(lambda: len(bo.numbers) > 4)
        assert len(bo.greetings) == 1
        await bo.stop()
        await ward.until(lambda: ward.server.connections == 1)
        assert [m for m in ward.ana.heard if "gone" in m] == []


async def test_follow_comes_back_and_misses_nothing():
    async with Ward() as ward, Relay() as relay:
        bo = Follower(relay.to(ward))
        await until(lambda: len(bo.numbers) > 1)
        for _ in range(3):
            count = len(bo.greetings)
            for writer in relay.writers:
                writer.transport.abort()
            await until(lambda count=count: len(bo.greetings) > count)
        newest = bo.numbers[-1] + 2
        await until(lambda: bo.numbers[-1] >= newest)
        assert bo.numbers == list(range(bo.numbers[0], bo.numbers[0] + len(bo.numbers)))
        assert {(told["run"], told["lost"]) for told in bo.greetings} == {(ward.history.run, 0)}
        await bo.stop()


async def test_follow_notices_a_frozen_server(monkeypatch):
    """The server is frozen and thaws: it comes back by itself, and is told what it missed."""
    given_up = asyncio.Event()
    monkeypatch.setattr("random.uniform", lambda low, high: given_up.set() or 0.0)
    async with alone("heartbeat") as (process, url):
        bo = Follower(url)
        ana = Client(await connect(url, proxy=None, ping_interval=None))
        await until(lambda: len(bo.numbers) > 1)
        process.send_signal(signal.SIGSTOP)
        await asyncio.wait_for(given_up.wait(), WITHIN)  # Bo has, and is about to try again
        process.send_signal(signal.SIGCONT)
        await until(lambda: len(bo.greetings) > 1)
        newest = bo.numbers[-1] + 2
        await until(lambda: bo.numbers[-1] >= newest)
        assert bo.numbers == list(range(bo.numbers[0], bo.numbers[0] + len(bo.numbers)))
        assert bo.greetings[-1]["lost"] == 0
        assert not ana.listening.done()
        await bo.stop()
        await ana.leave()


async def test_follow_is_told_of_a_restart():
    port = ports.lasting()
    async with alone("heartbeat", port=port) as (process, url):
        bo = Follower(url)
        await until(lambda: len(bo.numbers) > 1)
        process.terminate()
        await ended(process)
    async with alone("heartbeat", port=port):
        await until(lambda: len(bo.greetings) > 1)
        first, second = bo.greetings
        assert second["run"] != first["run"]
        assert second["lost"] is None
        count = len(bo.numbers)
        await until(lambda: len(bo.numbers) > count + 1)
        await bo.stop()


async def test_follow_gives_up_where_it_is_no_use():
    async with Ward() as ward, aclosing(follow(ward.url, name="a" * 41, proxy=None)) as messages:
        with pytest.raises(InvalidStatus):
            await anext(messages)


async def test_follow_gives_up_a_server_that_says_nothing():
    """Be it at the handshake or after it, with no word from us how long to wait."""

    async def never_answers(reader, writer):
        unanswered.append(writer)
        await reader.read()

    async def says_nothing(ws):
        unheard.append(ws)
        await ws.wait_closed()

    unanswered, unheard = [], []
    async with (
        await asyncio.start_server(never_answers, "127.0.0.1", 0) as mute,
        plain_serve(says_nothing, "127.0.0.1", 0) as polite,
    ):
        followers = [
            Follower(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws")
            for server in (mute, polite)
        ]
        await until(lambda: len(unanswered) > 1 and len(unheard) > 1)
        for follower in followers:
            await follower.stop()
        for writer in unanswered:
            writer.close()


@pytest.mark.parametrize("options", [{}, {"open_timeout": 30, "close_timeout": 9, "proxy": None}])
async def test_follow_hands_its_deadlines_on_unless_it_is_told_others(options, monkeypatch):
    asked = asyncio.Queue()

    async def refuse(url, **options):
        asked.put_nowait(options)
        raise OSError

    monkeypatch.setitem(follow.__globals__, "connect", refuse)
    following = asyncio.create_task(anext(follow("ws://127.0.0.1/ws", **options)))
    got = await asyncio.wait_for(asked.get(), WITHIN)
    following.cancel()
    await asyncio.wait([following])
    assert got == {"open_timeout": 5, "close_timeout": 1} | options


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_follow_comes_again_to_a_server_that_is_not_well_yet(status):
    """A server that is just stopping says 500, and a proxy in front of one that has stopped 502."""
    told = []

    def unwell(ws, request):
        told.append(request.path)
        return ws.respond(status, "not yet") if len(told) == 1 else None

    async def greet(ws):
        await ws.send(GREETING)
        await ws.wait_closed()

    async with plain_serve(greet, "127.0.0.1", 0, process_request=unwell) as server:
        port = server.sockets[0].getsockname()[1]
        bo = Follower(f"ws://127.0.0.1:{port}/ws")
        await until(lambda: bo.greetings or bo.following.done())
        await bo.stop()
    assert len(told) == 2


@pytest.mark.parametrize("words", [None, GREETING])
async def test_follow_does_not_hammer_a_server_that_throws_it_out(words, monkeypatch):
    """It lets everybody in, greets or not, and that is all: no reason to become hasty again."""
    waited = deque()
    monkeypatch.setattr("random.uniform", lambda low, high: waited.append(high) or 0.0)

    async def shut(ws):
        if words:
            await ws.send(words)
        await ws.close(1013)

    async with plain_serve(shut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        bo = Follower(f"ws://127.0.0.1:{port}/ws")
        await until(lambda: len(waited) > 4)
        await bo.stop()
    assert list(waited)[:5] == [0.25, 0.5, 1, 2, 4]
