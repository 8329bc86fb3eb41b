"""`serve` in this process: what the handle gives, and what bad input gets."""

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from fastapi import FastAPI, WebSocket
from websockets import ConnectionClosed, InvalidStatus, connect

from tests import waiting
from tests.leaks import no_thread
from ws101 import ServerFailed, loading, serve, servers

WITHIN = 10  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)


def echo_app(**options):
    app = FastAPI(**options)

    @app.websocket("/ws")
    async def echo(ws: WebSocket):
        await ws.accept()
        async for text in ws.iter_text():
            await ws.send_text(text)

    return app


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_thread():
        yield
        assert servers() == []


async def echoed(server, text="hi", path="/ws"):
    async with asyncio.timeout(WITHIN), connect(server.ws_url + path, proxy=None) as client:
        await client.send(text)
        return await client.recv()


def refused(port):
    """Whether nobody listens there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


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
    ended = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serve(echo_app(), port=0) as server:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.run(forever()), 0.05)
        assert await asyncio.to_thread(ended.wait, WITHIN)


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


def test_the_next_free_port_is_taken_and_said(capsys):
    with serve(echo_app()) as first, serve(echo_app()) as server:
        assert server.port > first.port
    assert f"so this one is at port {server.port}." in capsys.readouterr().out


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


# Bad input


@asynccontextmanager
async def failing(app):
    raise LookupError("no database")
    yield


@asynccontextmanager
async def endless(app):
    await asyncio.Event().wait()
    yield


def test_a_failing_lifespan_is_raised_with_its_words():
    with pytest.raises(ServerFailed, match="app is not served") as failure:
        serve(FastAPI(lifespan=failing), port=0)
    assert "LookupError: no database" in str(failure.value)
    assert "Application startup failed" in str(failure.value)


def test_an_endless_lifespan_is_raised_after_the_limit():
    with pytest.raises(ServerFailed, match="must `yield`"):
        serve(FastAPI(lifespan=endless), port=0, start_within=0.2)


async def an_app_factory():
    return echo_app()


class Old:
    def __init__(self, scope): ...


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "was given None"),
        (42, "42 of type int"),
        (FastAPI, r"the class FastAPI\. Make an instance of it first: app = FastAPI\(\)"),
        (Old, "the class Old"),
        (echo_app, r"call it: serve\(echo_app\(\)\)"),
        (lambda scope, receive, send: None, "is not `async def`"),
        ({}, r"\{\} of type dict"),
    ],
)
def test_what_is_no_app_is_a_type_error_that_names_the_mend(given, words):
    with pytest.raises(TypeError, match=words):
        serve(given, port=0)


def test_a_coroutine_is_no_app():
    with pytest.raises(TypeError, match="without calling or awaiting it"):
        serve(an_app_factory(), port=0)


def test_files_that_hold_no_app(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("app = (\n")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "other.py").write_text("from fastapi import FastAPI\napi = FastAPI()\n")
    (tmp_path / "raising.py").write_text("1 / 0\n")
    with pytest.raises(SyntaxError) as syntax:
        serve("broken.py", port=0)
    assert (syntax.value.filename, syntax.value.lineno) == (str(tmp_path / "broken.py"), 1)
    with pytest.raises(AttributeError, match=r"empty.py defines no `app`. Add: app = FastAPI\(\)"):
        serve("empty.py", port=0)
    with pytest.raises(AttributeError, match="It has api: name it `app`"):
        serve("other.py", port=0)
    with pytest.raises(ZeroDivisionError):
        serve("raising.py", port=0)
    with pytest.raises(FileNotFoundError, match=r"In \. there is: other.py"):
        serve("othr.py", port=0)
    with pytest.raises(FileNotFoundError, match=r"In servers there is: hello.py"):
        serve("servers/helo.py", port=0)


# Files


async def test_a_course_file_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with serve("servers/hello.py", port=0) as server:
        assert server.name == "hello"
        assert await echoed(server, "Ana") == "Hello, Ana!"


async def test_an_edited_file_and_what_it_imports_are_served_anew(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "apps"
    folder.mkdir()
    (folder / "word.py").write_text("WORD = 'one'\n")
    (folder / "say.py").write_text(
        "from fastapi import FastAPI, WebSocket\n"
        "from apps.word import WORD\n"
        "app = FastAPI()\n"
        "@app.websocket('/ws')\n"
        "async def say(ws: WebSocket):\n"
        "    await ws.accept()\n"
        "    await ws.send_text(WORD + await ws.receive_text())\n"
    )
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "one!"
    (folder / "word.py").write_text("WORD = 'two'\n")
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "two!"
    (folder / "say.py").write_text((folder / "say.py").read_text().replace("WORD +", "'3' +"))
    async with serve("apps/say.py", port=0) as server:
        assert await echoed(server, "!") == "3!"


def test_a_file_named_like_a_module_hides_nothing(tmp_path, monkeypatch):
    import json

    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("app = 'mine'\n")
    assert loading.load("json.py") == "mine"
    assert sys.modules["json"] is json


# Who may connect


def test_other_machines_need_an_explicit_word():
    with pytest.raises(ValueError, match="add open_to_network=True"):
        serve(echo_app(), host="0.0.0.0", port=0)


async def test_an_open_server_warns_and_asks_other_machines_for_its_token():
    from ws101.guard import Guard

    with pytest.warns(UserWarning, match=r"adds the token to the address: /\?token=\S+$") as warned:
        server = serve(echo_app(), host="0.0.0.0", port=0, open_to_network=True)
    async with server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert await echoed(server) == "hi"  # this machine needs none
    token = str(warned[0].message).split("=")[-1]

    class Elsewhere:
        """The same app as if asked from another machine."""

        def __init__(self):
            self.app = Guard(echo_app())
            self.app.token = token

        async def __call__(self, scope, receive, send):
            await self.app({**scope, "client": ("192.0.2.7", 1)}, receive, send)

    async with serve(Elsewhere(), port=0) as server:
        with pytest.raises(InvalidStatus) as refusal:
            await echoed(server)
        assert refusal.value.response.status_code == 403
        with pytest.raises(InvalidStatus):
            await echoed(server, path="/ws?token=guessed")
        assert await echoed(server, path=f"/ws?token={token}") == "hi"
        cookie = {"Cookie": f"ws101_token={token}"}
        async with connect(f"{server.ws_url}/ws", proxy=None, additional_headers=cookie) as client:
            await client.send("by cookie")
            assert await asyncio.wait_for(client.recv(), WITHIN) == "by cookie"


# Code that does not let go


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
    assert "test_serving.py, line" in str(server.log)
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
