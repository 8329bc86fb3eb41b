"""A hub on a server of its own, and clients that behave and misbehave: what its tests stand on."""

import asyncio
import socket
import struct

from fastapi import FastAPI, WebSocket
from websockets import connect

from tests.hub_server import WITHIN, HubServer

SOON = 0.3  # seconds: the hub's own deadline, where a test is about that
BLOCK = 65_536  # characters: some sixty of these fill every buffer on the way to a client
ENGINES = ("websockets-sansio", "wsproto")  # under uvicorn, what speaks WebSocket


class Room(HubServer):
    """A hub, a server of its own that hands everything on, and clients of it."""

    def __init__(self, hub, wrap=lambda app: app, **options):
        app = FastAPI()

        @app.websocket("/ws")
        async def talk(ws: WebSocket):
            await ws.accept()
            with hub.join(ws):
                while (event := await ws.receive())["type"] != "websocket.disconnect":
                    text = event.get("text")
                    await hub.broadcast(event["bytes"] if text is None else text)

        super().__init__(hub, wrap(app), **options)
        self.clients = []

    async def __aexit__(self, *failure):
        for ws in self.clients:
            ws.transport.abort()
        for ws in self.clients:
            await ws.wait_closed()
        await super().__aexit__(*failure)

    async def enter(self, count=None):
        """One client that is a member now, or `count` of them."""
        if count is not None:
            return [await self.enter() for _ in range(count)]
        tcp = socket.socket()
        # Otherwise the system gives a client up to 32 MB as soon as it begins to read.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BLOCK)
        tcp.setblocking(False)
        await asyncio.get_running_loop().sock_connect(tcp, (self.server.host, self.server.port))
        ws = await connect(
            self.url,
            sock=tcp,
            proxy=None,
            compression=None,
            ping_interval=None,
            max_size=None,
            open_timeout=WITHIN,
        )
        self.clients.append(ws)
        await self.until(lambda: self.member(ws))
        return ws

    def member(self, ws):
        """The member at the other end. None if there is none."""
        port = ws.local_address[1]
        return next((m for m in self.hub.members.values() if m.ws.client.port == port), None)

    async def say(self, message):
        """Broadcast, from the server's side."""
        await self.server.run(self.hub.broadcast(message))

    async def clog(self, ws, witness, waiting, settled=False):
        """Stall `ws`, and let `witness` talk until so many messages wait for it, or it is cut off.

        Returns how many were sent. Each begins with its number, and is read before the
        next is sent. `settled`: until the buffers below take no more of what waits either.
        """
        member = await self.at(lambda: self.member(ws))
        ws.transport.pause_reading()
        sent = 0
        while await self.at(lambda: member.ws in self.hub.members):
            if await self.at(lambda: len(member.backlog)) < waiting:
                await witness.send(block(sent))
                assert number(await receive(witness)) == sent
                sent += 1
            elif not settled or await self.at_rest(member):
                break
        return sent

    async def at_rest(self, member):
        """Whether nothing moves on the way to a client, for so long as a busy machine needs."""

        def state():
            return len(member.backlog), member.outlet.transport.get_write_buffer_size()

        before = await self.at(state)
        await asyncio.sleep(0.2)
        return await self.at(state) == before


def block(number):
    return f"{number} ".ljust(BLOCK, ".")


def number(message):
    return int(message.split()[0])


async def receive(ws):
    return await asyncio.wait_for(ws.recv(), WITHIN)


async def numbers_until(ws, last):
    """The numbers of all messages up to that one, as they came."""
    got = []
    while not got or got[-1] != last:
        got.append(number(await receive(ws)))
    return got


def vanish(ws):
    """Gone at once, as when a process is killed: a TCP reset."""
    tcp = ws.transport.get_extra_info("socket")
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws.transport.abort()


def hang_up(ws):
    """The end of the TCP connection, with no close frame before it."""
    ws.transport.close()


def talk_nonsense(ws):
    """A frame that is not masked and has every reserved bit set."""
    ws.transport.write(b"\xf3\x05hello")


async def collect(ws, count):
    return [await receive(ws) for _ in range(count)]
