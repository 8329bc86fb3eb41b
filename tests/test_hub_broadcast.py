"""`servers/broadcast.py`, the server that lesson 03 is about."""

import asyncio
import select

import pytest
from websockets import ConnectionClosedError, connect

from tests.hub_room import ENGINES, WITHIN, block, number, receive, talk_nonsense
from tests.server_process import alone, ended
from ws101 import serve
from ws101.course import ROOT


@pytest.fixture(params=ENGINES)
def broadcast(request):
    with serve(ROOT / "servers" / "broadcast.py", port=0, ws=request.param) as server:
        yield server
    log = str(server.log)
    assert log.count("Traceback") == log.count("Invalid UTF-8"), log  # that is uvicorn's own


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


HALF_A_CHARACTER = b"\x81\x83\0\0\0\0\xed\xa0\x80"  # U+D800 as if UTF-8 had it, masked with zeros


@pytest.mark.parametrize("garbage", ["frame", "text"])
async def test_broadcast_garbage_ends_its_sender_and_the_others_never_notice(broadcast, garbage):
    async with visit(broadcast) as ana, visit(broadcast) as bo:
        await ana.send("first")
        assert [await receive(ana), await receive(bo)] == ["first"] * 2
        if garbage == "frame":
            talk_nonsense(ana)
        else:
            ana.transport.write(HALF_A_CHARACTER)
        with pytest.raises(ConnectionClosedError):
            await receive(ana)
        await bo.send("still here")
        assert await receive(bo) == "still here"


async def test_sigterm_ends_it_although_a_client_stalled():
    """Run as a learner does, with no bound on uvicorn's own patience; side by side, to save time.

    Measured alone it ends 0.2 s after SIGTERM, or after the cut. Without a cut it never does.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(stall_and_stop("websockets-sansio", once_cut=True))
        group.create_task(stall_and_stop("websockets-sansio", once_cut=False))
        group.create_task(stall_and_stop("wsproto", once_cut=True))


async def stall_and_stop(engine, once_cut):
    options = {"proxy": None, "compression": None, "ping_interval": None}
    async with (
        alone("broadcast", "--ws", engine) as (process, url),
        connect(url, **options) as ana,
        connect(url, **options) as bo,
    ):
        bo.transport.pause_reading()
        for n in range(200):
            await ana.send(block(n))
            assert number(await receive(ana)) == n
        if once_cut:
            await asyncio.to_thread(wait_for_reset, bo.transport.get_extra_info("socket"))
        process.terminate()
        with pytest.raises(ConnectionClosedError):
            await receive(ana)
        assert ana.close_code == 1012
        await ended(process)
        bo.transport.abort()


def wait_for_reset(tcp):
    """Until the other side has aborted the connection, whatever is still unread in it."""
    poll = select.poll()
    poll.register(tcp.fileno(), 0)
    assert poll.poll(WITHIN * 1000), "the server has not cut the stalled client"
