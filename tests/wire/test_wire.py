"""`server.wire` on a real server: what is caught, from whom, how it ended, what it may cost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
from functools import partial
from importlib.util import find_spec

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from tests import waiting
from tests.wire.vectors import frame
from ws101 import serve
from ws101.wire.events import Dropped, End, FrameEvent, HandshakeRequest, Partial, Violation
from ws101.wire.reader import Reader
from ws101.wire.recording import CLOSED, LEAST, OVERHEAD, RING, TOTAL, Recorder
from ws101.wire.tap import _DELEGATED, _Transport

WITHIN = 30  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)
KEY = "dGhlIHNhbXBsZSBub25jZQ=="

# httptools is not ours to install; who has it gets it from uvicorn, and it is tested too.
HTTP = ["h11"] + ["httptools"] * (find_spec("httptools") is not None)


def of_type(kind, events):
    return [event for event in events if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def by_hand(server, path="/ws"):
    """A client that is nothing but a TCP connection and a handshake."""
    reader, writer = await asyncio.open_connection(server.host, server.port)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    writer.write(request.encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


# What is caught


async def test_every_byte_is_there_once_and_in_order(echo):
    sent = [frame(1, b"a" * size, mask=True) for size in (0, 1, 125, 126, 70_000)]
    async with by_hand(echo) as (reader, writer):
        for one in sent:
            writer.write(one)
        back = b"".join(frame(1, b"a" * size) for size in (0, 1, 125, 126, 70_000))
        assert await asyncio.wait_for(reader.readexactly(len(back)), WITHIN) == back
        events = of_type(FrameEvent, echo.wire.events)
    for sender, data in ("client", b"".join(sent)), ("server", back):
        frames = [event for event in events if event.sender == sender]
        assert b"".join(event.header.raw + event.wire for event in frames) == data
    times = [event.time for event in echo.wire.events]
    assert times == sorted(times)


async def test_a_frame_that_has_not_ended(echo):
    async with by_hand(echo) as (_, writer):
        writer.write(b"\x81")
        (partial,) = await until(lambda: of_type(Partial, echo.wire.events))
        assert (partial.what, partial.data) == ("frame header", b"\x81")
        writer.write(frame(1, b"Hello", mask=True)[1:-1])
        (event,) = await until(lambda: of_type(FrameEvent, echo.wire.events))
        assert (event.missing, event.payload) == (1, b"Hell")
        assert "[not ended: 4 B came]" in str(echo.wire)


async def test_a_broken_rule_and_the_answer(echo):
    async with by_hand(echo) as (reader, writer):
        writer.write(frame(1, b"Hello"))  # not masked
        await asyncio.wait_for(reader.read(), WITHIN)
    (violation,) = of_type(Violation, echo.wire.events)
    answer = of_type(FrameEvent, echo.wire.events)[-1]
    assert (violation.section, violation.close_code) == ("RFC 6455 5.1", 1002)
    assert (answer.sender, answer.close_code) == ("server", 1002)


async def test_what_is_not_http(echo):
    reader, writer = await asyncio.open_connection(echo.host, echo.port)
    writer.write(b"hello?\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), WITHIN)).startswith(b"HTTP/1.1 400 ")
    writer.close()
    (violation,) = of_type(Violation, echo.wire.events)
    assert violation.section == "RFC 9112 3"


async def test_the_title_counts_what_is_shown(echo):
    """The end of a connection that was HTTP only is an event, and is not shown."""
    async with httpx.AsyncClient() as client:
        await client.get(echo.url)
    await until(lambda: of_type(End, echo.wire.events))
    title, *rows = str(echo.wire).splitlines()
    assert title == "Wire of echo: 2 events, 1 connection."
    assert len(rows) == 2
    assert repr(echo.wire).startswith(f"<{title}")


# How it ended


async def ending(server):
    ends = await until(lambda: of_type(End, server.wire.events))
    return ends[0].sender, ends[0].how, ends[0].clean, ends[0].code


async def test_closed_properly(echo):
    async with connect(f"{echo.ws_url}/ws", proxy=None) as ws:
        await ws.close(4000)
    assert await ending(echo) == ("server", "closed", True, 4000)


async def test_closed_without_a_close_frame(echo):
    async with by_hand(echo) as (_, writer):
        writer.close()
        assert await ending(echo) == ("client", "eof", False, 1006)
    assert "vanished  the client closed TCP: no close frame" in str(echo.wire)


async def test_reset(echo):
    async with by_hand(echo) as (_, writer):
        linger = struct.pack("ii", 1, 0)  # close at once, with a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        assert await ending(echo) == ("client", "reset", False, 1006)


async def test_the_server_stops(echo):
    async with by_hand(echo):
        await asyncio.to_thread(echo.stop)
        assert await ending(echo) == ("server", "closed", False, 1012)
    assert "cut off" in str(echo.wire)


def test_a_loop_that_just_ended():
    """No callback came any more: the recording ends all the same."""
    recorder = Recorder()
    recorder.open(None)
    recorder.stop()
    (recording,) = recorder.recordings()
    (event,) = Reader(recording).read()
    assert (event.how, event.sender) == ("stopped", "server")


# What waits in the server's memory


@pytest.fixture
def flood():
    """A server that sends for as long as anybody's buffers take it."""
    app = FastAPI()

    @app.websocket("/ws")
    async def pour(ws: WebSocket) -> None:
        await ws.accept()
        while True:
            await ws.send_bytes(bytes(65_536))

    with serve(app, port=0, name="flood", ws_per_message_deflate=False) as server:
        yield server


async def test_frames_that_wait_in_the_server(flood):
    async with by_hand(flood) as (reader, writer):
        writer.transport.pause_reading()
        waiting = await until(lambda: [e for e in frames_of(flood) if e.unsent])
        last = waiting[-1]
        assert last.unsent <= last.size
        await until(lambda: f"of {last.size:,} B wait in the server]" in str(flood.wire))
        # Read again: what waited goes out.
        writer.transport.resume_reading()
        drain = asyncio.create_task(drained(reader))
        await until(lambda: not any(e.unsent for e in frames_of(flood) if e.offset == last.offset))
        drain.cancel()


async def drained(reader):
    while await reader.read(1 << 20):
        pass


def frames_of(server):
    return of_type(FrameEvent, server.wire.events)


async def test_what_was_never_sent(flood):
    async with by_hand(flood) as (_, writer):
        writer.transport.pause_reading()
        await until(lambda: [e for e in frames_of(flood) if e.unsent])
        (stuck,) = flood._background._uvicorn.server_state.connections

        async def abort():
            await until(stuck.transport.get_write_buffer_size)  # still, or again
            stuck.transport.abort()

        await flood.run(abort())
        assert await ending(flood) == ("server", "aborted", False, 1006)
        (end,) = of_type(End, flood.wire.events)
        assert end.unsent > 0
        assert sum(event.unsent for event in frames_of(flood)) == end.unsent
        assert f"with {end.unsent:,} B not sent" in str(flood.wire)


# Who is who


async def test_names(echo):
    async with (
        connect(f"{echo.ws_url}/ws", proxy=None) as ana,
        connect(f"{echo.ws_url}/ws", proxy=None, user_agent_header="X Firefox/140.0") as bo,
        by_hand(echo) as (_, writer),
        by_hand(echo) as (_, other),
    ):
        assert "client 2 (Firefox 140)" in str(echo.wire)
        echo.wire.name(ana, "ana")
        echo.wire.name("client 2", "bo")
        echo.wire.name(writer, "cy")
        echo.wire.name(other.get_extra_info("sockname"), "di")
        assert {e.peer for e in echo.wire.events} == {"ana", "bo", "cy", "di"}
        await bo.send("one")
        await bo.recv()
        assert [e.text for e in frames_of(echo)] == ["one", "one"]
        assert len(echo.wire.only("bo").events) == 4
        assert echo.wire.between("server", "bo").events == echo.wire.only("bo").events
        assert [e.peer for e in echo.wire.only("bo").tail(1).events] == ["bo"]
        assert echo.wire.tail(0).events == []
        assert echo.wire.tail(3).events == echo.wire.events[-3:]
        mark = echo.wire.mark()
        assert echo.wire.since(mark).events == []
        await ana.send("two")
        await ana.recv()
        assert {e.text for e in echo.wire.since(mark).events} == {"two"}


async def test_names_that_nobody_has(echo):
    with pytest.raises(ValueError, match="No client has connected yet"):
        echo.wire.only("ana")
    async with connect(f"{echo.ws_url}/ws", proxy=None) as ana:
        echo.wire.name(ana, "ana")
        with pytest.raises(ValueError, match=r"No client is called 'bo'\. There are: ana\."):
            echo.wire.between("server", "bo")
        with pytest.raises(ValueError, match=r"No client has connected from .* There are: ana\."):
            echo.wire.name(("127.0.0.1", 1), "bo")
        with pytest.raises(TypeError, match=r"was given a float\. It takes"):
            echo.wire.name(1.5, "bo")


# What it may cost


def test_a_ring_keeps_the_newest():
    recorder = Recorder()
    recording = recorder.open(None)
    chunk = OVERHEAD + 7
    recorder.limit = 80 * chunk
    dropped = []
    for number in range(1000):
        recording.add("server", frame(1, b"%05d" % number))
        assert recording.size == (number + 1 - recording.first) * chunk <= recorder.limit
        dropped.append(recording.first)
    assert dropped[79:92] == [0, *[11] * 11, 22], "in batches: an eighth of it at a time"
    assert recording.count == 1000


async def test_what_a_full_ring_shows(echo):
    """The handshake stays, what was dropped is counted, and what is kept is read right."""
    async with connect(f"{echo.ws_url}/ws", proxy=None) as ws:
        echo.wire.recorder.limit = 4096
        for number in range(100):
            await ws.send(f"message {number}")  # deflated, each with the window of those before
            await ws.recv()
        request, _, dropped, *rest = echo.wire.events
        assert isinstance(request, HandshakeRequest)
        assert isinstance(dropped, Dropped)
        assert dropped.frames + len(rest) == 200
        assert rest[-1].text == "message 99"
        assert {e.text for e in rest} <= {f"message {n}" for n in range(100)}
        assert "not kept" in str(echo.wire)


def test_many_connections_share():
    recorder = Recorder()
    assert recorder.limit == RING
    made = [recorder.open(None) for _ in range(100)]
    assert recorder.limit == TOTAL // 100
    for recording in made:
        recording.end("")
    assert recorder.limit == RING
    for _ in range(2 * TOTAL // LEAST):
        recorder.open(None)
    assert recorder.limit == LEAST


def test_old_connections_are_forgotten(echo):
    recorder = echo.wire.recorder
    for _ in range(CLOSED + 3):
        recorder.open(None).end("")
    assert len(recorder.recordings()) == CLOSED
    assert "3 older connections are not remembered" in str(echo.wire)


def test_closed_connections_are_bounded_in_bytes():
    recorder = Recorder()
    for _ in range(2 * TOTAL // RING):
        recording = recorder.open(None)
        recording.add("server", bytes(RING - 2 * OVERHEAD))
        recording.end("")
    assert sum(recording.size for recording in recorder.recordings()) <= TOTAL
    assert recorder.forgotten == TOTAL // RING


# In between sockets and server


def test_the_transport_has_all_that_a_transport_has():
    """A method that asyncio adds must be delegated too: the base class would raise."""
    public = {name for name in dir(asyncio.Transport) if not name.startswith("_")}
    own = {name for name in vars(_Transport) if not name.startswith("_")}
    assert public == own | set(_DELEGATED)


async def test_looking_while_it_happens(echo):
    """The notebook's thread reads what the server's thread writes."""
    stop = threading.Event()
    failures = []

    def look():
        while not stop.is_set():
            try:
                echo.wire.events  # noqa: B018
                echo.wire.tail(3).events  # noqa: B018
            except Exception as failure:
                failures.append(failure)
                return

    looking = threading.Thread(target=look)
    looking.start()
    try:
        async with connect(f"{echo.ws_url}/ws", proxy=None) as ws:
            for number in range(500):
                echo.wire.recorder.limit = 8192
                await ws.send(f"{number}")
                assert await ws.recv() == f"{number}"
    finally:
        stop.set()
        looking.join(WITHIN)
    assert failures == []
    assert [e.text for e in frames_of(echo) if e.text][-1] == "499"


@pytest.mark.parametrize("implementation", HTTP)
@pytest.mark.parametrize("ws", ["websockets-sansio", "wsproto"])
async def test_with_each_of_uvicorns_protocols(implementation, ws):
    from tests.wire.conftest import app

    with serve(app(), port=0, http=implementation, ws=ws) as server:
        async with connect(f"{server.ws_url}/ws", proxy=None) as client:
            await client.send("Hello")
            assert await client.recv() == "Hello"
        await until(lambda: of_type(End, server.wire.events))
        assert [event.text for event in frames_of(server)][:2] == ["Hello", "Hello"]
        assert of_type(Violation, server.wire.events) == []


MANY_SMALL = """
import asyncio, psutil
from tests.wire.conftest import app
from tests.wire.test_wire import by_hand
from tests.wire.vectors import frame
from ws101 import serve

async def main():
    with serve(app(), port=0) as server:
        async with by_hand(server) as (reader, writer):
            before = psutil.Process().memory_info().rss
            for _ in range(10_000):
                writer.write(frame(1, b"Hello", mask=True))
                await reader.readexactly(7)
            (recording,) = server.wire.recorder.recordings()
            assert recording.count > 20_000
            print((psutil.Process().memory_info().rss - before) / recording.size)

asyncio.run(main())
"""


def test_small_frames_take_little_memory():
    """asyncio reads into 256 KiB, which malloc may shrink to no less than a page if it is kept.

    glibc does so until it has freed something large; the variable makes it go on.
    """
    command = [sys.executable, "-c", MANY_SMALL]
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "131072"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 3  # bytes of memory for each byte that the ring counts
