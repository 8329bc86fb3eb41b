"""`serve` in this process: what its handle gives, and where it listens."""

import asyncio
import os
import socket
import threading

import pytest
from fastapi import FastAPI, WebSocket
from websockets import ConnectionClosed, connect

from tests.echoing import WITHIN, echo_app, echoed, refused, until
from tests.leaks import no_server
from tests.ports import lasting
from ws101 import ServerFailed, ports, serve


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_server():
        yield


# What the handle gives


async def test_it_answers_by_the_time_serve_returns():
    with serve(echo_app(), port=0) as server:
        assert await echoed(server) == "hi"
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert server.ws_url == f"ws://127.0.0.1:{server.port}"
    assert refused(server.port)


async def test_it_counts_websocket_connections_only():
    async with serve(echo_app(), port=0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"404")  # kept alive: open, and no WebSocket
        assert server.connections == 0
        async with connect(f"{server.ws_url}/ws", proxy=None):
            assert server.connections == 1
            assert "1 connection open" in repr(server)
        await until(lambda: server.connections == 0)
        writer.close()


async def test_a_small_message_does_not_wait_for_the_one_before():
    """Nagle's algorithm is off on each connection, as where uvicorn itself binds the port."""
    app = FastAPI()

    @app.websocket("/ws")
    async def look(ws: WebSocket):
        await ws.accept()
        tcp = ws._receive.__self__.transport.get_extra_info("socket")
        await ws.send_json(tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with serve(app, port=0) as server:
        async with asyncio.timeout(WITHIN), connect(f"{server.ws_url}/ws", proxy=None) as client:
            assert await client.recv() != "0"


async def test_stop_tells_clients_1012_and_twice_is_once():
    server = serve(echo_app(), port=0)
    async with connect(f"{server.ws_url}/ws", proxy=None) as client:
        server.stop()
        server.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(client.recv(), WITHIN)
    assert closed.value.rcvd.code == 1012
    assert not server.running
    assert "stopped" in repr(server)


async def test_its_loop_is_one_await_away():
    app = echo_app()

    async def where():
        return threading.current_thread().name

    async with serve(app, port=0) as server:
        assert await server.run(where()) == "ws101 server"
        with pytest.raises(TypeError, match=r"takes a coroutine, as in server.run\(f\(\)\)"):
            await server.run(where)
        waiting = asyncio.ensure_future(server.run(asyncio.Event().wait()))
        await asyncio.sleep(0)
        await asyncio.to_thread(server.stop)
        with pytest.raises(ServerFailed, match="app has stopped"):
            await asyncio.wait_for(waiting, WITHIN)
    with pytest.raises(ServerFailed, match="app has stopped"):
        await server.run(where())


async def test_an_interrupted_wait_is_cancelled_on_the_server_too():
    begun, ended = threading.Event(), threading.Event()

    async def forever():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serve(echo_app(), port=0) as server:
        waiting = asyncio.create_task(server.run(forever()))
        await until(begun.is_set)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(ended.is_set)


async def test_the_log_has_what_handlers_print_log_and_raise(capsys, recwarn):
    app = FastAPI()

    @app.websocket("/ws")
    async def broken(ws: WebSocket):
        await ws.accept()
        print("printed", "by the handler")
        asyncio.get_running_loop().create_task(fail(), name="forgotten")
        await asyncio.to_thread(print, "printed in a worker thread")
        raise ValueError("raised by the handler")

    async def fail():
        raise KeyError("raised by a forgotten task")

    async with serve(app, port=0) as server:
        with pytest.raises(ConnectionClosed):
            await echoed(server)
    log = str(server.log)
    assert '"WebSocket /ws" [accepted]' in log
    assert "printed by the handler\n" in log
    assert "printed in a worker thread\n" in log
    assert "frames of the libraries that called it" in log
    assert log.count("ValueError: raised by the handler") == 1
    assert capsys.readouterr() == ("", "")


async def test_the_log_keeps_the_newest_lines_and_counts_the_rest():
    app = FastAPI()

    @app.websocket("/ws")
    async def flood(ws: WebSocket):
        await ws.accept()
        for number in range(5_000):
            print("line", number)
        await ws.send_text("done")

    async with serve(app, port=0) as server, connect(f"{server.ws_url}/ws", proxy=None) as client:
        assert await asyncio.wait_for(client.recv(), WITHIN) == "done"
    assert len(server.log) == 2_000
    assert "line 4999" in list(server.log)
    assert "line 1" not in list(server.log)
    assert str(server.log).startswith(f"… {server.log.dropped:,} earlier lines")


async def test_http_requests_are_in_the_log():
    async with serve(echo_app(), port=0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()
    assert '"GET /nothing HTTP/1.1" 404' in str(server.log)


def test_it_shows_itself_as_a_line_of_html():
    with serve(echo_app(), port=0, name="<echo>") as server:
        shown = server._repr_html_()
        assert "&lt;echo&gt;" in shown
        assert f'href="{server.url}/"' in shown
        assert "running" in shown
        assert "0 connections open" in shown
    assert "href" not in server._repr_html_()


# Ports


def test_a_taken_port_is_an_error_that_names_port_and_holder():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=rf"Port {port} is taken by .*\(process \d+\)"):
            serve(echo_app(), port=port)


def test_a_port_taken_by_our_own_server_says_which():
    with serve(echo_app(), port=0, name="first") as first:
        with pytest.raises(OSError, match="taken by first, which this notebook serves"):
            serve(echo_app(), port=first.port)
        assert first.running


def test_the_next_free_port_is_taken_and_said(capsys, monkeypatch):
    first = lasting()  # not 8000, which another test's lesson may take, or give up, just now
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 99)
    with serve(echo_app()) as one, serve(echo_app()) as other:
        assert first == one.port < other.port < first + 100
    assert capsys.readouterr().out == (
        f"Port {first} is taken by app, which this notebook serves, "
        f"so this one is at port {other.port}.\n"
    )


async def test_a_proxy_in_the_environment_is_not_asked_for_loopback(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:3128")
    monkeypatch.setenv("no_proxy", "intranet.example")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with (
        asyncio.timeout(WITHIN),
        serve(echo_app(), port=0) as server,
        connect(f"{server.ws_url}/ws") as client,
    ):
        await client.send("hi")
        assert await client.recv() == "hi"
    assert os.environ["no_proxy"] == "intranet.example,127.0.0.1,localhost"


async def test_the_wire_is_on_unless_turned_off():
    async with serve(echo_app(), port=0) as server:
        assert await echoed(server, "caught") == "caught"
    assert str(server.wire).count("“caught”") == 2
    async with serve(echo_app(), port=0, wire=False) as server:
        assert await echoed(server) == "hi"
        with pytest.raises(RuntimeError, match="served with wire=False"):
            server.wire  # noqa: B018
