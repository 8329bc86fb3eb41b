"""Clients that we did not write talk to the echo server, beside ours."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets import connect

from tests.conftest import NODE
from tests.tools import needs
from ws101 import serve

# What each client shall see that sends a text, some bytes, and a close with this code.
EXPECTED = {
    "got": [{"text": "Message text was: Grüße"}, {"bytes": "00ff80"}],
    "code": 4001,
    "reason": "thank you",
}


@pytest.fixture
def server():
    with serve("servers/echo.py", port=0) as server:
        yield server


async def test_our_own_client(server):
    got = []
    async with asyncio.timeout(30), connect(f"{server.ws_url}/ws", proxy=None) as ws:
        for message in ("Grüße", b"\x00\xff\x80"):
            await ws.send(message)
            answer = await ws.recv()
            got.append({"bytes": answer.hex()} if isinstance(answer, bytes) else {"text": answer})
        await ws.close(4001, "thank you")
    assert {"got": got, "code": ws.close_code, "reason": ws.close_reason} == EXPECTED


def test_nodes_ws(server, node_modules):
    command = [needs("node"), str(NODE / "echo.js"), f"{server.ws_url}/ws"]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == EXPECTED


@asynccontextmanager
async def terminal(server) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m websockets`, connected, with a message typed and its answer seen."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "websockets", f"{server.ws_url}/ws"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
    )
    try:
        async with asyncio.timeout(60):
            await process.stdout.readuntil(b"Connected to ")
            process.stdin.write("Grüße\n".encode())
            await process.stdout.readuntil("< Message text was: Grüße".encode())
            yield process
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process.stdin.close()


async def test_python_m_websockets_ends_the_conversation(server):
    async with terminal(server) as process:
        process.stdin.write_eof()
        assert b"Connection closed: 1000 (OK)." in await process.stdout.read()


async def test_python_m_websockets_sees_the_server_stop(server):
    async with terminal(server) as process:
        await asyncio.to_thread(server.stop)
        assert b"Connection closed: 1012 (service restart)" in await process.stdout.read()
