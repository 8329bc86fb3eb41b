"""An app that answers what it gets, and what the tests of `serve` ask of it."""

from __future__ import annotations

import asyncio
import socket
from functools import partial

from fastapi import FastAPI, WebSocket
from websockets import connect

from tests import waiting

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


async def echoed(server, text="hi", path="/ws"):
    async with asyncio.timeout(WITHIN), connect(server.ws_url + path, proxy=None) as client:
        await client.send(text)
        return await client.recv()


def refused(port):
    """Whether nobody listens there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0
