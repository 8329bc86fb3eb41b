"""The kit in a real kernel: cells run twice, interrupted, restarted, killed. Nothing is left."""

import asyncio
import socket
import textwrap
from contextlib import asynccontextmanager

import psutil
import pytest
import pytest_asyncio
from websockets import connect

from tests import waiting
from tests.ports import lasting
from ws101.scratch import ScratchKernel

WITHIN = 30  # seconds: a deadline that only a hang reaches

APP = """
import asyncio, threading, time
from fastapi import FastAPI, WebSocket
from websockets import connect
from ws101 import serve, servers

app = FastAPI()

@app.websocket("/ws")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        print("the handler got", text)
        await ws.send_text(text)

@app.websocket("/idle")
async def idle(ws: WebSocket):
    await ws.accept()
    await asyncio.Event().wait()

threads_before = set(threading.enumerate())
"""
FAILING = """
from contextlib import asynccontextmanager

@asynccontextmanager
async def lifespan(app):
    1 / 0
    yield

failing = FastAPI(lifespan=lifespan)
"""
LEFT = """
print([t.name for t in set(threading.enumerate()) - threads_before], servers(),
      [t.get_name() for t in asyncio.all_tasks() if "ws101" in t.get_name()])
"""


@pytest_asyncio.fixture
async def kernel():
    async with ScratchKernel() as kernel:
        await run(kernel, APP)
        yield kernel


async def run(kernel, source, cell_id="", status="ok"):
    """Run one cell and return what it said."""
    (ran,) = await kernel.run([(cell_id, textwrap.dedent(source))], within=WITHIN)
    assert ran.status == status, ran.text
    return ran.text.strip()


async def echoed(port, text="hi"):
    async with (
        asyncio.timeout(WITHIN),
        connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as client,
    ):
        await client.send(text)
        return await client.recv()


async def until_free(port):
    """Wait until the port can be bound as a server binds it."""
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                socket.create_server(("127.0.0.1", port)).close()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return


async def nothing_left(kernel):
    assert await run(kernel, LEFT) == "[] [] []"


@asynccontextmanager
async def running(kernel, source):
    """While a cell runs: begins once the cell has called `tell()`, gives the task of its run."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        tell = f"tell = lambda: socket.create_connection({listener.getsockname()}).close()"
        await run(kernel, f"import socket; {tell}")
        task = asyncio.create_task(kernel.run([textwrap.dedent(source)], within=WITHIN))
        accepted, _ = await asyncio.wait_for(
            asyncio.get_running_loop().sock_accept(listener), WITHIN
        )
        accepted.close()
        yield task
        await task


@pytest.mark.parametrize("cell_id", ["the-cell", ""], ids=["with cell id", "without"])
async def test_the_cell_run_again_replaces_its_server_on_the_same_port(kernel, cell_id):
    launch = "server = serve(app, port=0); print(server.port)"
    port = int(await run(kernel, launch, cell_id))
    assert await echoed(port) == "hi"
    assert int(await run(kernel, launch, cell_id)) == port
    assert await echoed(port) == "hi"
    assert await run(kernel, "print(len(servers()))") == "1"
    await run(kernel, "server.stop()")
    await nothing_left(kernel)


async def test_an_edited_cell_replaces_its_servers_one_by_one(kernel):
    two = "a = serve(app, port=0); b = serve(app, port=0); print(a.port, b.port)"
    first, second = map(int, (await run(kernel, two, "cell")).split())
    again = await run(kernel, two + "  # edited", "cell")
    assert [int(port) for port in again.split()] == [first, second]
    assert int(await run(kernel, "a = serve(app, port=0); print(a.port)", "cell")) == first
    await until_free(second)
    assert await run(kernel, "print(len(servers())); a.stop()") == "1"
    await nothing_left(kernel)


async def test_other_cells_leave_it_alone(kernel):
    await run(kernel, "one = serve(app, port=0)", "one")
    await run(kernel, "other = serve(app, port=0)", "other")
    assert await run(kernel, "print(one.running, other.running)") == "True True"


async def test_a_broken_edit_keeps_the_running_server(kernel):
    port = int(await run(kernel, "server = serve(app, port=0); print(server.port)", "cell"))
    said = await run(kernel, "server = serve(FastAPI, port=0)", "cell", status="error")
    assert "Make an instance of it first" in said
    assert await echoed(port) == "hi"


async def test_a_failed_launch_keeps_the_port_for_the_mended_one(kernel):
    launch = "server = serve({}, port=0); print(server.port)"
    port = int(await run(kernel, launch.format("app"), "cell"))
    await run(kernel, FAILING)
    said = await run(kernel, launch.format("failing"), "cell", status="error")
    assert "ZeroDivisionError" in said
    assert int(await run(kernel, launch.format("app"), "cell")) == port


async def test_a_taken_port_is_an_error_in_the_cell_and_the_kernel_lives(kernel):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = await run(kernel, f"serve(app, port={port})", status="error")
    assert f"Port {port} is taken by" in said
    assert f"(process {psutil.Process().pid})" in said
    await nothing_left(kernel)


async def test_what_a_handler_prints_lands_under_no_cell(kernel):
    await run(kernel, "import logging; logging.basicConfig(level=logging.INFO)")
    port = int(await run(kernel, "server = serve(app, port=0); print(server.port)"))
    source = """
    tell()
    async with asyncio.timeout(20):
        while "the handler got hi" not in str(server.log):
            await asyncio.sleep(0.01)
    """
    async with running(kernel, source) as cell:
        assert await echoed(port) == "hi"
    (ran,) = await cell
    assert (ran.status, ran.text) == ("ok", "")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("tell(); time.sleep(60)", "KeyboardInterrupt"),
        ("tell()\nwhile True: pass", "KeyboardInterrupt"),
        # The loop calls tell() when the await below has made it idle.
        ("asyncio.get_running_loop().call_soon(tell); await asyncio.Event().wait()", "Cancelled"),
    ],
    ids=["sleep", "busy", "idle await"],
)
async def test_an_interrupt_ends_the_cell_and_not_the_server(kernel, source, error):
    port = int(await run(kernel, "server = serve(app, port=0); print(server.port)"))
    async with running(kernel, source) as cell:
        await kernel.manager.interrupt_kernel()
    (ran,) = await cell
    assert ran.status == "error"
    assert error in ran.text
    assert await echoed(port) == "hi"
    await run(kernel, "server.stop()")
    await nothing_left(kernel)


async def test_a_restart_frees_the_port(kernel):
    port = lasting()
    await run(kernel, f"server = serve(app, port={port})")
    assert await echoed(port) == "hi"
    await kernel.manager.restart_kernel()
    await kernel.client.wait_for_ready(timeout=WITHIN)
    await until_free(port)
    await run(kernel, APP)
    await run(kernel, f"server = serve(app, port={port})")
    assert await echoed(port) == "hi"


async def test_a_killed_kernel_leaves_no_port_and_no_process(kernel):
    port = int(await run(kernel, "server = serve(app, port=0); print(server.port)"))
    assert await echoed(port) == "hi"
    process = psutil.Process(kernel.manager.provisioner.pid)
    family = [process, *process.children(recursive=True)]
    await kernel.manager.signal_kernel(9)
    await until_free(port)
    await waiting.until(lambda: all(gone(process) for process in family), WITHIN)


def gone(process):
    """Whether it has ended, if need be between two looks at it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("path", ["/ws", "/idle"])
async def test_stopping_with_200_open_clients_leaves_nothing(kernel, path):
    said = await run(
        kernel,
        f"""
        server = serve(app, port=0)
        clients = await asyncio.gather(
            *(connect(f"{{server.ws_url}}{path}", proxy=None) for _ in range(200)))
        print(server.connections, server.port)
        """,
    )
    count, port = map(int, said.split())
    assert count == 200
    said = await run(
        kernel,
        """
        server.stop()
        await asyncio.wait_for(asyncio.gather(*(c.wait_closed() for c in clients)), 20)
        print({c.close_code for c in clients}, server.connections)
        """,
    )
    assert said == "{1012} 0"
    await until_free(port)
    await run(kernel, "del clients")
    await nothing_left(kernel)


@pytest.mark.parametrize("patch", ["nest_asyncio2", "nest_asyncio"])
async def test_it_serves_in_a_patched_kernel(kernel, patch):
    said = await run(
        kernel,
        f"""
        import {patch}; {patch}.apply()
        async def main():
            async with serve(app, port=0) as server, connect(f"{{server.ws_url}}/ws") as client:
                await client.send("hi")
                return await client.recv()
        print(asyncio.run(main()))
        """,
    )
    assert said == "hi"
    await nothing_left(kernel)
