"""Stopping a server whose code does not let go: what ends, how it is said, and what is left."""

import asyncio
import gc
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from fastapi import FastAPI, WebSocket
from websockets import connect

from tests.echoing import WITHIN, refused
from tests.leaks import no_server
from ws101 import serve


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_server():
        yield


async def test_a_handler_that_neither_receives_nor_sends_is_cancelled():
    app = FastAPI()
    cancelled = threading.Event()

    @app.websocket("/ws")
    async def idle(ws: WebSocket):
        await ws.accept()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    server = serve(app, port=0)
    async with connect(f"{server.ws_url}/ws", proxy=None):
        server.stop()
    assert cancelled.is_set()
    assert refused(server.port)


async def test_a_task_that_a_handler_started_ends_with_the_server():
    app = FastAPI()
    ended = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:  # not GeneratorExit, by the collector
            ended.set()

    @app.websocket("/ws")
    async def start(ws: WebSocket):
        await ws.accept()
        app.state.task = asyncio.create_task(forever())
        await ws.send_text("started")

    async with serve(app, port=0) as server, connect(f"{server.ws_url}/ws", proxy=None) as client:
        assert await asyncio.wait_for(client.recv(), WITHIN) == "started"
        assert not ended.is_set()
    assert ended.is_set()


async def test_a_client_that_reads_nothing_does_not_hold_the_stop():
    app = FastAPI()
    stalled = threading.Event()

    @app.websocket("/ws")
    async def flood(ws: WebSocket):
        await ws.accept()
        while True:
            try:
                await asyncio.wait_for(ws.send_bytes(bytes(65_536)), 0.5)
            except TimeoutError:
                stalled.set()
                raise

    server = serve(app, port=0)
    async with connect(f"{server.ws_url}/ws", proxy=None, compression=None) as client:
        client.transport.pause_reading()
        assert await asyncio.to_thread(stalled.wait, WITHIN)
        server.stop()
        assert server._background._thread not in threading.enumerate()
        assert refused(server.port)
        client.transport.abort()


async def test_a_task_that_swallows_cancellation_is_named_in_the_log(caplog):
    app = FastAPI()

    @app.websocket("/ws")
    async def stubborn(ws: WebSocket):
        await ws.accept()
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    server = serve(app, port=0)
    async with connect(f"{server.ws_url}/ws", proxy=None):
        server.stop()
    stood_at = "A task swallowed its cancellation, it stood at: await asyncio.Event().wait()"
    assert stood_at in str(server.log)
    assert refused(server.port)
    del server  # and with it the task, which the collector must have nothing to say about
    gc.collect()
    assert caplog.text == ""


async def test_a_busy_loop_is_ended_and_its_line_named():
    app = FastAPI()

    @app.websocket("/ws")
    async def busy(ws: WebSocket):
        await ws.accept()
        while True:
            pass

    server = serve(app, port=0)
    async with connect(f"{server.ws_url}/ws", proxy=None, close_timeout=0.1):
        server.stop()
    assert "Ended by force. It held the loop at:" in str(server.log)
    assert f"{Path(__file__).name}, line" in str(server.log)
    assert refused(server.port)


def test_stopping_frees_the_port_though_a_call_in_c_holds_the_thread(tmp_path):
    """In a process of its own: the thread outlives the test."""
    script = tmp_path / "script.py"
    script.write_text("""if True:
        import asyncio, socket, time, warnings
        from fastapi import FastAPI, WebSocket
        from websockets import connect
        from ws101 import serve
        app = FastAPI()
        @app.websocket("/ws")
        async def sleep(ws: WebSocket):
            await ws.accept()
            time.sleep(60)
        async def main():
            server = serve(app, port=0)
            async with connect(server.ws_url + "/ws", proxy=None, close_timeout=0.1):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    server.stop()
            print(caught[0].message)
            socket.create_server(("127.0.0.1", server.port)).close()
            print("free")
        asyncio.run(main())
    """)
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert "its thread is held until this returns: time.sleep(60)" in ran.stdout, ran.stderr
    assert ran.stdout.endswith("free\n")
