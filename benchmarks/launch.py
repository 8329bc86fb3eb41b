"""From launch to the first echoed message, three ways, and what importing the kit costs.

    python benchmarks/launch.py

One run, all ways in turn, nine rounds after a warm-up; medians, and ratios to `serve`. Imports are
done before the clock starts; each import is timed in a Python of its own.
"""

import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvicorn
from websockets import connect

from ws101 import serve

ROUNDS = 9
APP = """
from fastapi import FastAPI, WebSocket
app = FastAPI()

@app.websocket("/ws")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)
"""
scope: dict = {}
exec(APP, scope)
app = scope["app"]


async def echoed(url: str) -> None:
    """Return once a message came back; try again while nobody listens yet."""
    async with asyncio.timeout(30):
        while True:
            try:
                async with connect(url, proxy=None) as client:
                    await client.send("hi")
                    assert await client.recv() == "hi"
                    return
            except OSError:
                await asyncio.sleep(0.005)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


async def by_serve() -> float:
    start = time.perf_counter()
    server = serve(app, port=0)
    await echoed(f"{server.ws_url}/ws")
    took = time.perf_counter() - start
    server.stop()
    return took


async def by_task() -> float:
    start = time.perf_counter()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    task = asyncio.create_task(server._serve(sockets=[listener]))  # serve() without its signals
    await echoed(f"ws://127.0.0.1:{listener.getsockname()[1]}/ws")
    took = time.perf_counter() - start
    server.should_exit = True
    await task
    return took


async def by_subprocess(folder: str) -> float:
    port = free_port()
    start = time.perf_counter()
    command = [sys.executable, "-m", "uvicorn", "echo:app", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        await echoed(f"ws://127.0.0.1:{port}/ws")
        return time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(10)


def import_time(modules: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {modules}"], check=True)
    return time.perf_counter() - start


def table(title: str, times: dict[str, list[float]], base: str) -> None:
    print(f"\n{title}\n{'':44}{'median':>10}{'ratio':>8}{'  (min to max of the rounds)'}")
    for name, measured in times.items():
        ratios = [a / b for a, b in zip(measured, times[base], strict=True)]
        print(
            f"{name:44}{statistics.median(measured) * 1000:7.1f} ms{statistics.median(ratios):8.2f}"
            f"  ({min(ratios):.2f} to {max(ratios):.2f})"
        )


async def main() -> None:
    ways = {"serve(app)": by_serve, "a task on the notebook's loop": by_task}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "echo.py").write_text(APP)
        ways["python -m uvicorn in a subprocess"] = lambda: by_subprocess(folder)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(ROUNDS + 1):
            for name, way in ways.items():
                took = await way()
                if number:  # the first round warms up
                    times[name].append(took)
    table("Launch to first echoed message, imports done", times, "serve(app)")

    peers = {"import fastapi, uvicorn, websockets": "fastapi, uvicorn, websockets"}
    peers["import ws101 beside them"] = "ws101, fastapi, uvicorn, websockets"
    peers["import ws101 alone"] = "ws101"
    imports: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(ROUNDS + 1):
        for name, modules in peers.items():
            took = import_time(modules)
            if number:
                imports[name].append(took)
    table("Import, a fresh Python each", imports, "import fastapi, uvicorn, websockets")


if __name__ == "__main__":
    asyncio.run(main())
