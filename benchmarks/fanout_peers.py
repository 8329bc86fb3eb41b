"""Ways to send one message to everyone, each as a server in a process of its own.

All but the last two are FastAPI under uvicorn. Compression and keepalive are off in all of them:
the one costs more than what is measured here, the other would come in between.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait

import psutil
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_websockets

from servers.hub import Hub

BOUND = 64  # messages, wherever there is a queue


def naive() -> FastAPI:
    """As the tutorials have it."""
    app, clients = FastAPI(), []

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        clients.append(ws)
        try:
            while True:
                text = await ws.receive_text()
                for client in clients:
                    await client.send_text(text)
        except WebSocketDisconnect:
            clients.remove(ws)

    return app


def gather() -> FastAPI:
    """All sends at once; still as slow as the slowest."""
    app, clients = FastAPI(), set()

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        clients.add(ws)
        try:
            async for text in ws.iter_text():
                sends = [client.send_text(text) for client in clients]
                await asyncio.gather(*sends, return_exceptions=True)
        finally:
            clients.discard(ws)

    return app


def queues() -> FastAPI:
    """A bounded queue and a writer task for each client."""
    app, clients = FastAPI(), {}

    async def write(ws: WebSocket, queue: asyncio.Queue):
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await ws.send_text(await queue.get())

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        queue = clients[ws] = asyncio.Queue(BOUND)
        writer = asyncio.create_task(write(ws, queue))
        try:
            async for text in ws.iter_text():
                for waiting in list(clients.values()):
                    with suppress(asyncio.QueueFull):
                        waiting.put_nowait(text)
        finally:
            del clients[ws]
            writer.cancel()

    return app


def hub() -> FastAPI:
    """`servers/hub.py`."""
    app, room = FastAPI(), Hub(bound=BOUND)

    @app.websocket("/ws")
    async def talk(ws: WebSocket):
        await ws.accept()
        with room.join(ws):
            async for text in ws.iter_text():
                await room.broadcast(text)

    return app


async def library(listener: socket.socket) -> None:
    """`websockets.broadcast()`, on plain `websockets`."""
    clients: set[ServerConnection] = set()

    async def talk(ws: ServerConnection) -> None:
        clients.add(ws)
        try:
            async for text in ws:
                broadcast(clients, text)
        finally:
            clients.discard(ws)

    options = {"compression": None, "ping_interval": None}
    async with serve_websockets(talk, sock=listener, **options) as server:
        await server.serve_forever()


async def raw(listener: socket.socket) -> None:
    """`transport.write` and nothing else: what TCP costs, whatever is done above it."""
    clients: set[asyncio.Transport] = set()

    class Client(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            if data.startswith(b"GET "):  # a handshake that the load client is content with
                clients.add(self.transport)
                self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                return
            frame = bytes((data[0], data[1] & 0x7F)) + data[6:]  # short, and masked with zeros
            for transport in clients:
                transport.write(frame)

        def connection_lost(self, exc):
            clients.discard(self.transport)

    server = await asyncio.get_running_loop().create_server(Client, sock=listener)
    await server.serve_forever()


APPS: dict[str, Callable[[], FastAPI]] = {
    "naive loop": naive,
    "gather": gather,
    "queue and writer": queues,
    "hub": hub,
}
PLAIN = {"websockets.broadcast": library, "raw TCP": raw}
NAMES = (*APPS, *PLAIN)


def _end_with_parent() -> None:
    """However that one ends: nothing is left running after a `kill -9` either."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(0)


def _serve(name: str, listener: socket.socket) -> None:
    """A server's process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.disable()  # connections break off here, as they are meant to
    if name in PLAIN:
        asyncio.run(PLAIN[name](listener))
    else:
        config = uvicorn.Config(APPS[name](), log_config=None, ws_ping_interval=None)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


@dataclass(frozen=True)
class Peer:
    """A server that runs. `process` has its CPU time and its memory."""

    name: str
    port: int
    process: psutil.Process


@contextmanager
def running(*names: str) -> Iterator[list[Peer]]:
    """Servers of these names, which may repeat; their processes end with the block."""
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in ways else "spawn")
    processes, peers = [], []
    try:
        for name in names:
            with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
                process = context.Process(target=_serve, args=(name, listener), daemon=True)
                process.start()
                processes.append(process)
                port = listener.getsockname()[1]
            peers.append(Peer(name, port, psutil.Process(process.pid)))
        yield peers
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
