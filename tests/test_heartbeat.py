"""The heartbeat server's promises, over real sockets, to clients that die in every way there is.

What "in time" means is counted in the server's own beats, not by a clock: a slow
machine makes both slower.
"""

import asyncio
import json
import signal
import time
from contextlib import suppress

import pytest
from websockets import ConnectionClosed, connect

from tests.heartbeat_ward import EVERY, WITHIN, Client, Relay, Ward, elsewhere, heartbeat
from tests.leaks import no_thread
from tests.server_process import alone, ended

ENGINES = ("websockets-sansio", "wsproto")  # under uvicorn, what speaks WebSocket
NO_CLOSE_FRAME = (1005, 1006)  # the engines tell it by one or the other
BLOCK = "x" * 65_536


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", str(EVERY))
    with no_thread():
        yield


@pytest.fixture(params=ENGINES)
def engine(request):
    return {"ws": request.param}


# Who is not there any more


@pytest.mark.parametrize(
    ("fault", "codes"), [(signal.SIGKILL, NO_CLOSE_FRAME), (signal.SIGSTOP, [4008])]
)
async def test_a_killed_and_a_frozen_process_are_noticed(fault, codes):
    async with Ward() as ward, elsewhere(f"{ward.url}?name=bo") as bo:
        since = await ward.healthy("bo")
        bo.send_signal(fault)
        await ward.notices("bo", codes, since)


async def test_a_process_that_thaws_finds_itself_closed():
    async with Ward() as ward, elsewhere(f"{ward.url}?name=bo") as bo:
        since = await ward.healthy("bo")
        bo.send_signal(signal.SIGSTOP)
        await ward.notices("bo", [4008], since)
        bo.send_signal(signal.SIGCONT)
        async with asyncio.timeout(WITHIN):
            await bo.wait()


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
        assert (bo.close_code, bo.close_reason) == (4008, f"No answer to a beat within {EVERY} s.")


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
    member = await ward.at(lambda: ward.member(name))

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
    """Ana, and one who babbles and is late with each answer."""

    async def late(ws):
        async for text in ws:
            message = json.loads(text)
            if "beat" in message:
                await ws.send("er...")
                await ws.send(b"\x00")
                await asyncio.sleep(EVERY / 3)
                await ws.send(str(message["n"]))

    async with Ward(**engine) as ward:
        ws = await ward.open("?name=late")
        answering = asyncio.create_task(late(ws))
        before = await ward.at(lambda: ward.history.last)
        async with asyncio.timeout(1.9 * 7 * EVERY):  # once an interval, not every other time
            newest = (await ward.ana.hears(lambda m: m.get("n", 0) >= before + 7))["n"]
        assert [m for m in ward.ana.heard if "gone" in m] == []
        numbers = [m["n"] for m in ward.ana.heard if "n" in m]
        assert numbers == list(range(newest - len(numbers) + 1, newest + 1))
        assert not answering.done()
        answering.cancel()
        await asyncio.wait([answering])
        await ws.close()


async def test_a_server_that_was_frozen_itself_blames_nobody():
    """It wakes long after every deadline, and all the answers lie unread in its sockets."""
    async with alone("heartbeat") as (process, url):
        clients = [
            Client(await connect(url, proxy=None, ping_interval=None), late=EVERY / 2)
            for _ in range(10)
        ]
        try:
            newest = (await clients[0].hears(lambda m: "beat" in m))["n"]
            await clients[0].hears(lambda m: m.get("n", 0) > newest)  # none has answered this one
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(3 * EVERY)  # nothing can be awaited: the server is frozen
            process.send_signal(signal.SIGCONT)
            await blamed_nobody(clients)
        finally:
            for client in clients:
                await client.leave()


async def test_a_server_whose_loop_was_blocked_blames_nobody():
    async with Ward() as ward:
        clients = [Client(await ward.open(), late=EVERY / 2) for _ in range(10)]
        ward.clients += clients
        await clients[0].hears(lambda m: "beat" in m)

        async def block():
            time.sleep(3 * EVERY)  # noqa: ASYNC251 - the fault

        await ward.server.run(block())
        await blamed_nobody(clients)


async def blamed_nobody(clients):
    """All of them are there three messages later."""
    before = clients[0].heard[-1].get("n", 0)
    await clients[0].hears(lambda m: m.get("n", 0) > before + 3)
    assert not any(client.listening.done() for client in clients)
    assert not any("gone" in message for message in clients[0].heard)


async def test_it_ends_within_a_moment_of_a_frozen_client():
    async with alone("heartbeat") as (process, url), elsewhere(f"{url}?name=bo") as bo:
        bo.send_signal(signal.SIGSTOP)
        process.terminate()
        await ended(process)


# The heart itself


async def test_the_heart_stops_with_the_server():
    module = heartbeat()
    async with module.lifespan(module.app):
        assert len(asyncio.all_tasks()) == 2
    assert len(asyncio.all_tasks()) == 1


def test_the_interval_is_ten_seconds_unless_it_is_set(monkeypatch):
    monkeypatch.delenv("HEARTBEAT_SECONDS")
    assert heartbeat().EVERY == 10
