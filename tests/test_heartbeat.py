"""The heartbeat server's promises, over real sockets, to clients that die in every way there is.

What "within 2.5 intervals" means is counted in the server's own beats, not by a clock: a slow
machine makes both slower.
"""

import asyncio
import json
import random
import runpy
import signal
import subprocess
import sys
from collections import deque
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets import ConnectionClosed, InvalidStatus, connect
from websockets.asyncio.server import serve as plain_serve

from servers.history import History
from servers.reconnect import follow, waits
from tests import waiting
from tests.heartbeat_process import alone
from tests.leaks import no_thread
from ws101 import serve

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 30  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)
EVERY = 0.5  # seconds: the interval here
NOTICED = 2  # beats, at most, between a fault and the moment the server has noticed
GONE = 3  # beats, at most, until its socket is gone as well
ENGINES = ("websockets-sansio", "wsproto")  # under uvicorn, what speaks WebSocket
NO_CLOSE_FRAME = (1005, 1006)  # the engines tell it by one or the other
BLOCK = "x" * 65_536

# A client as a program of its own: it answers each beat, and says so.
CLIENT = """
import asyncio, json, sys
from websockets import connect

async def main():
    async with connect(sys.argv[1], proxy=None, compression=None) as ws:
        async for text in ws:
            message = json.loads(text)
            if "beat" in message:
                await ws.send(str(message["n"]))
                print(message["n"], flush=True)

asyncio.run(main())
"""


class Client:
    """One that hears everything and answers each beat."""

    def __init__(self, ws):
        self.ws = ws
        self.heard = []  # every message
        self.listening = asyncio.create_task(self.listen())

    async def listen(self):
        with suppress(ConnectionClosed):
            async for text in self.ws:
                self.heard.append(json.loads(text))
                if "beat" in self.heard[-1]:
                    await self.ws.send(str(self.heard[-1]["n"]))

    async def hears(self, wanted):
        """The first message, of those that came or will come, for which `wanted` is true."""
        await until(lambda: any(wanted(m) for m in self.heard) or self.listening.done())
        return next(m for m in self.heard if wanted(m))

    def beats(self, after, before):
        """How many beats have a number between the two."""
        return sum("beat" in m and after < m["n"] < before for m in self.heard)

    async def leave(self):
        self.listening.cancel()
        with suppress(asyncio.CancelledError):
            await self.listening
        self.ws.transport.abort()
        await self.ws.wait_closed()


class Ward:
    """A heartbeat server, Ana who watches it, and its victims."""

    def __init__(self, **options):
        self.module = SimpleNamespace(**runpy.run_path(str(ROOT / "servers" / "heartbeat.py")))
        self.hub = self.module.hub
        self.server = serve(self.module.app, port=0, **options)
        self.url = f"{self.server.ws_url}/ws"
        self.clients = []
        self.sockets = []

    @property
    def history(self):
        return self.module.app.state.history

    async def __aenter__(self):
        self.tasks = len(await self.at(asyncio.all_tasks))
        self.ana = await self.enter("ana")
        return self

    async def __aexit__(self, *_):
        """However it went: afterwards no member, socket or task is left, nor word of an error."""
        for client in self.clients:
            await client.leave()
        for ws in self.sockets:
            ws.transport.abort()
        await self.until(lambda: not self.hub.members)
        await self.until(lambda: self.server.connections == 0)
        await self.until(lambda: len(asyncio.all_tasks()) <= self.tasks + 1)  # and this one
        await asyncio.to_thread(self.server.stop)
        assert "Traceback" not in str(self.server.log), self.server.log

    async def at(self, look):
        """What a function returns when it is called between two steps of the server's loop."""

        async def run():
            return look()

        return await self.server.run(run())

    async def until(self, condition):
        await self.server.run(until(condition))

    async def open(self, query="", **options):
        options = {"proxy": None, "compression": None, "ping_interval": None} | options
        self.sockets.append(await connect(self.url + query, **options))
        return self.sockets[-1]

    async def enter(self, name, **options):
        """One who listens and answers, and has done so once."""
        client = Client(await self.open(f"?name={name}", **options))
        self.clients.append(client)
        await client.hears(lambda m: "beat" in m)
        return client

    def member(self, name):
        return next((m for ws, m in self.hub.members.items() if ws.query_params["name"] == name), 0)

    async def healthy(self, name):
        """Wait for a beat that this one has just answered. Returns the newest number."""
        newest = await self.at(lambda: self.history.last)
        answered = self.module.answered
        await self.until(lambda: answered.get(self.member(name), 0) > newest)
        return newest + 1

    async def notices(self, name, codes, since):
        """That the server tells Ana of the loss in time, and has no socket for it soon after."""
        news = await self.ana.hears(lambda m: m.get("gone") == name)
        assert news["code"] in codes
        assert self.ana.beats(since, news["n"]) <= NOTICED
        assert not self.member(name)
        await self.until(lambda: self.server.connections == 1)
        assert self.ana.beats(since, 10**9) <= GONE
        await self.ana.hears(lambda m: m.get("beat") and m["n"] > news["n"])  # it goes on


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", str(EVERY))
    with no_thread():
        yield


@pytest.fixture(params=ENGINES)
def engine(request):
    return {"ws": request.param}


@asynccontextmanager
async def program(*arguments):
    """A Python program, killed at the end, frozen or not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


# Who is not there any more


@pytest.mark.parametrize(
    ("fault", "codes"), [(signal.SIGKILL, NO_CLOSE_FRAME), (signal.SIGSTOP, [4008])]
)
async def test_a_killed_and_a_frozen_process_are_noticed(fault, codes):
    async with Ward() as ward, program("-c", CLIENT, f"{ward.url}?name=bo") as bo:
        async with asyncio.timeout(WITHIN):
            await bo.stdout.readline()
        since = await ward.healthy("bo")
        bo.send_signal(fault)
        await ward.notices("bo", codes, since)


async def test_a_process_that_thaws_finds_itself_closed():
    async with Ward() as ward, program("-c", CLIENT, f"{ward.url}?name=bo") as bo:
        async with asyncio.timeout(WITHIN):
            await bo.stdout.readline()
            since = await ward.healthy("bo")
            bo.send_signal(signal.SIGSTOP)
            await ward.notices("bo", [4008], since)
            bo.send_signal(signal.SIGCONT)
            await bo.wait()


class Relay:
    """A wire between a client and the server that can be cut, so that neither end is told."""

    async def __aenter__(self):
        self.open = asyncio.Event()
        self.open.set()
        self.writers = []
        self.listener = await asyncio.start_server(self.join, "127.0.0.1", 0)
        self.port = self.listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.listener.close()
        for writer in self.writers:
            writer.transport.abort()
        for pump in self.pumps:
            pump.cancel()
        await asyncio.gather(*self.pumps, return_exceptions=True)
        await self.listener.wait_closed()

    def to(self, ward):
        self.server = ward.server
        self.pumps = []
        return f"ws://127.0.0.1:{self.port}/ws"

    async def join(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(self.server.host, self.server.port)
        self.writers += [writer, far_writer]
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self.pumps.append(asyncio.create_task(self.pump(source, sink)))

    async def pump(self, source, sink):
        while data := await source.read(65_536):
            await self.open.wait()
            sink.write(data)


async def test_a_black_hole_is_noticed(engine):
    async with Ward(**engine) as ward, Relay() as relay:
        ws = await connect(f"{relay.to(ward)}?name=bo", proxy=None, ping_interval=None)
        bo = Client(ws)
        ward.clients.append(bo)
        since = await ward.healthy("bo")
        relay.open.clear()
        await ward.notices("bo", [4008], since)
        assert not bo.listening.done()  # nothing of it has come through


async def test_one_that_says_nothing_is_told_why(engine):
    async with Ward(**engine) as ward:
        bo = await ward.open("?name=bo")
        since = await ward.at(lambda: ward.history.last)
        await ward.notices("bo", [4008], since)
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WITHIN):
                async for _ in bo:
                    pass
        assert (bo.close_code, bo.close_reason) == (4008, "No answer to a beat within 0.5 s.")


@pytest.mark.parametrize("says", ["words", b"1", "1", "-1", "1000000", "1" * 5000])
async def test_what_answers_no_beat_is_no_sign_of_life(says):
    """Words, bytes, an old number, one from the future: sent again and again, by one who reads."""
    async with Ward() as ward:
        bo = await ward.open("?name=bo")
        since = await ward.at(lambda: ward.history.last)
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WITHIN):
                async for _ in bo:
                    await bo.send(says)
        await ward.notices("bo", [4008], since)


async def flooded(ward, name):
    """Someone who stops reading, and so much sent to everyone that its connection is full."""
    bo = await ward.enter(name, max_queue=None)
    since = await ward.healthy(name)
    bo.ws.transport.pause_reading()
    member = ward.member(name)

    async def flood():
        async with asyncio.timeout(WITHIN):
            while member.writer is None:
                await ward.hub.broadcast(json.dumps({"news": BLOCK}))

    await ward.server.run(flood())
    return bo, since


async def test_a_flooded_one_that_reads_nothing_is_cut(engine):
    async with Ward(**engine) as ward:
        _, since = await flooded(ward, "bo")
        await ward.notices("bo", NO_CLOSE_FRAME, since)


async def test_one_that_answers_but_reads_nothing_is_cut(engine):
    """By the deadline on the send: each of its answers is right, since somebody tells it."""
    async with Ward(**engine) as ward:
        bo, since = await flooded(ward, "bo")

        async def answer():
            for number in range(since, since + 1000):
                await ward.until(lambda number=number: ward.history.last >= number)
                await bo.ws.send(str(number))

        answering = asyncio.create_task(answer())
        await ward.notices("bo", NO_CLOSE_FRAME, since)
        answering.cancel()
        await asyncio.wait([answering])


async def test_a_proper_goodbye_is_no_loss(engine):
    async with Ward(**engine) as ward:
        for code in (1000, 1001, 4001):
            bo = await ward.open(f"?name=with-{code}")
            await bo.close(code)
        await ward.ana.hears(lambda m: m.get("gone") == "with-4001")
        assert [m["code"] for m in ward.ana.heard if "gone" in m] == [4001]


# Who is


async def test_the_living_stay(engine):
    """Ana, one who is late with each answer, one who babbles, one who answers now and then."""

    async def late(ws):
        async for text in ws:
            message = json.loads(text)
            if "beat" in message:
                await ws.send("er...")
                await ws.send(b"\x00")
                await asyncio.sleep(EVERY / 2)
                await ws.send(str(message["n"]))

    async with Ward(**engine) as ward:
        ws = await ward.open("?name=late")
        answering = asyncio.create_task(late(ws))
        before = await ward.at(lambda: ward.history.last)
        async with asyncio.timeout(1.7 * 10 * EVERY):  # once an interval, not every other time
            newest = (await ward.ana.hears(lambda m: m.get("n", 0) >= before + 10))["n"]
        assert [m for m in ward.ana.heard if "gone" in m] == []
        numbers = [m["n"] for m in ward.ana.heard if "n" in m]
        assert numbers == list(range(newest - len(numbers) + 1, newest + 1))
        assert not answering.done()
        answering.cancel()
        await asyncio.wait([answering])
        await ws.close()


async def test_a_server_that_was_frozen_itself_blames_nobody():
    """It wakes long after every deadline: the late one was the server."""
    async with alone() as (process, url):
        client = Client(await connect(url, proxy=None, ping_interval=None))
        try:
            await client.hears(lambda m: "beat" in m)
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(5 * EVERY)  # nothing can be awaited: the server is frozen
            process.send_signal(signal.SIGCONT)
            before = client.heard[-1].get("n", 0)
            await client.hears(lambda m: m.get("n", 0) > before + 4)
            assert not client.listening.done()
        finally:
            await client.leave()


async def test_it_ends_within_a_moment_of_a_frozen_client():
    async with alone() as (process, url), program("-c", CLIENT, f"{url}?name=bo") as bo:
        async with asyncio.timeout(WITHIN):
            await bo.stdout.readline()
            bo.send_signal(signal.SIGSTOP)
            process.terminate()
            await asyncio.to_thread(process.wait)


# What was missed


def test_history_counts_what_it_dropped():
    history = History(bound=3)
    assert history.since(None) == {"run": history.run, "last": 0, "missed": [], "lost": 0}
    for word in "abcde":
        history.add({"news": word})
    assert history.since(None)["missed"] == []
    for after, missed, lost in (
        (5, [], 0),
        (4, [5], 0),
        (2, [3, 4, 5], 0),
        (1, [3, 4, 5], 1),
        (0, [3, 4, 5], 2),
    ):
        for run in ("", history.run):
            told = history.since(after, run)
            assert ([m["n"] for m in told["missed"]], told["lost"]) == (missed, lost)
            assert told["last"] == 5


@pytest.mark.parametrize(("after", "run"), [(1, "other"), (6, ""), (-1, "")])
def test_a_number_of_another_run_is_told_so(after, run):
    history = History()
    for word in "abcde":
        history.add({"news": word})
    told = history.since(after, run)
    assert told["lost"] is None
    assert [m["n"] for m in told["missed"]] == [1, 2, 3, 4, 5]


def test_each_run_has_another_name():
    assert len({History().run for _ in range(100)}) == 100


async def first_words(ward, query):
    async with await ward.open(query) as ws:
        return json.loads(await ws.recv())


async def test_who_comes_back_is_told_first_what_it_missed():
    async with Ward() as ward:
        for word in ("lunch", "rain", "tea"):
            number = await ward.server.run(ward.module.tell(news=word))
        run = ward.history.run
        told = await first_words(ward, f"?after={number - 2}&run={run}")
        assert told["every"] == EVERY
        assert told["run"] == run
        assert (told["lost"], told["missed"][0]) == (0, {"n": number - 1, "news": "rain"})
        assert (await first_words(ward, ""))["missed"] == []
        assert (await first_words(ward, f"?after={number}&run=other"))["lost"] is None
        for _ in range(150):
            await ward.server.run(ward.module.tell(news="more"))
        assert (await first_words(ward, f"?after={number}"))["lost"] >= 50


async def test_who_comes_back_amid_the_news_misses_nothing_and_hears_nothing_twice():
    async with Ward() as ward:

        async def gossip():
            for n in range(100_000):
                await ward.module.tell(news=n)
                if n % 3 == 0:
                    await asyncio.sleep(0)

        talking = asyncio.create_task(ward.server.run(gossip()))
        seen = {}
        numbers = []
        for _ in range(40):
            query = "&".join(f"{key}={value}" for key, value in seen.items())
            async with await ward.open(f"?{query}", max_queue=None) as ws:
                first = json.loads(await ws.recv())
                new = [m["n"] for m in first["missed"]]
                for _ in range(random.randrange(4)):
                    new.append(json.loads(await ws.recv())["n"])
                if not numbers:
                    numbers = new or [first["last"]]
                else:
                    # What was lost was told, and counted right.
                    numbers += range(numbers[-1] + 1, numbers[-1] + 1 + first["lost"])
                    numbers += new
            seen = {"after": numbers[-1], "run": first["run"]}
        talking.cancel()
        await asyncio.wait([talking])
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) > 40


@pytest.mark.parametrize("query", ["after=x", "name=" + 41 * "a"])
async def test_an_address_that_does_not_fit_is_refused(query):
    async with Ward() as ward:
        with pytest.raises(InvalidStatus) as refusal:
            await ward.open(f"?{query}")
        assert refusal.value.response.status_code == 403


async def test_the_heart_stops_with_the_server():
    module = SimpleNamespace(**runpy.run_path(str(ROOT / "servers" / "heartbeat.py")))
    async with module.lifespan(module.app):
        assert len(asyncio.all_tasks()) == 2
    assert len(asyncio.all_tasks()) == 1


def test_the_interval_is_ten_seconds_unless_it_is_set(monkeypatch):
    monkeypatch.delenv("HEARTBEAT_SECONDS")
    assert runpy.run_path(str(ROOT / "servers" / "heartbeat.py"))["EVERY"] == 10


# The client that comes back


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
        await until(lambda: len(bo.numbers) > 6)
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


async def test_follow_notices_a_frozen_server():
    """The server is frozen and thaws: it comes back by itself, and is told what it missed."""
    async with alone() as (process, url):
        bo = Follower(url)
        ana = Client(await connect(url, proxy=None, ping_interval=None))
        await until(lambda: len(bo.numbers) > 1)
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(3.5 * EVERY)  # bo's patience ends; nothing says so from outside
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
    async with alone() as (process, url):
        port = int(url.split(":")[2].partition("/")[0])
        bo = Follower(url)
        await until(lambda: len(bo.numbers) > 1)
        process.terminate()
        await asyncio.to_thread(process.wait)
    async with alone(port):
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


async def test_follow_does_not_hammer_a_server_that_throws_it_out(monkeypatch):
    """It lets everybody in and says nothing: that is no reason to become hasty again."""
    waited = deque()
    monkeypatch.setattr("random.uniform", lambda low, high: waited.append(high) or 0.0)

    async def shut(ws):
        await ws.close(1013)

    async with plain_serve(shut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        bo = Follower(f"ws://127.0.0.1:{port}/ws")
        await until(lambda: len(waited) > 4)
        await bo.stop()
    assert list(waited)[:5] == [0.25, 0.5, 1, 2, 4]
