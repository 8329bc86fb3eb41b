"""The heartbeat server with somebody who watches it, and the ways in which a client can be lost."""

from __future__ import annotations

import asyncio
import json
import runpy
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import SimpleNamespace

from websockets import ConnectionClosed, connect

from tests import waiting
from tests.hub_server import HubServer
from ws101.course import ROOT

WITHIN = 30  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)
EVERY = 1  # second: the interval here; a busy machine may take half of it to answer a beat
NOTICED = 2  # beats, at most, between a fault and the moment the server has noticed
GONE = 3  # beats, at most, until its socket is gone as well


def heartbeat() -> SimpleNamespace:
    """What `servers/heartbeat.py` defines, run anew: an interval, a hub, a history of its own."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "servers" / "heartbeat.py")))


class Client:
    """One that hears everything and answers each beat, so many seconds later."""

    def __init__(self, ws, late=0):
        self.ws = ws
        self.late = late
        self.heard = []  # every message
        self.listening = asyncio.create_task(self.listen())

    async def listen(self):
        with suppress(ConnectionClosed):
            async for text in self.ws:
                self.heard.append(json.loads(text))
                if "beat" in self.heard[-1]:
                    await asyncio.sleep(self.late)
                    await self.ws.send(str(self.heard[-1]["n"]))

    async def hears(self, wanted):
        """The first message, of those that came or will come, for which `wanted` is true."""
        await until(lambda: any(wanted(m) for m in self.heard) or self.listening.done())
        found = next((m for m in self.heard if wanted(m)), None)
        assert found, f"closed before: {self.ws.close_code} {self.ws.close_reason}"
        return found

    def beats(self, after, before):
        """How many beats have a number between the two."""
        return sum("beat" in m and after < m["n"] < before for m in self.heard)

    async def leave(self):
        self.listening.cancel()
        with suppress(asyncio.CancelledError):
            await self.listening
        self.ws.transport.abort()
        await self.ws.wait_closed()


class Ward(HubServer):
    """A heartbeat server, Ana who watches it, and its victims."""

    def __init__(self, **options):
        self.module = heartbeat()
        super().__init__(self.module.hub, self.module.app, **options)
        self.clients = []
        self.sockets = []

    @property
    def history(self):
        return self.module.app.state.history

    async def __aenter__(self):
        await super().__aenter__()
        self.ana = await self.enter("ana")
        return self

    async def __aexit__(self, *failure):
        for client in self.clients:
            await client.leave()
        for ws in self.sockets:
            ws.transport.abort()
        await super().__aexit__(*failure)

    async def open(self, query="", **options):
        options = {"proxy": None, "compression": None, "ping_interval": None} | options
        self.sockets.append(await connect(self.url + query, **options))
        return self.sockets[-1]

    async def enter(self, name, **options):
        """One who listens and answers, and has done so once."""
        client = Client(await self.open(f"?name={name}", **options))
        self.clients.append(client)
        await client.hears(lambda m: "beat" in m)
        return client

    def member(self, name):
        return next((m for ws, m in self.hub.members.items() if ws.query_params["name"] == name), 0)

    async def healthy(self, name):
        """Wait for a beat that this one has just answered. Returns the newest number."""
        newest = await self.at(lambda: self.history.last)
        answered = self.module.answered
        await self.until(lambda: answered.get(self.member(name), 0) > newest)
        return newest + 1

    async def notices(self, name, codes, since):
        """That the server tells Ana of the loss in time, and has no socket for it soon after."""
        news = await self.ana.hears(lambda m: m.get("gone") == name)
        assert news["code"] in codes
        assert self.ana.beats(since, news["n"]) <= NOTICED
        assert not await self.at(lambda: self.member(name))
        await self.until(lambda: self.server.connections == 1)
        assert self.ana.beats(since, 10**9) <= GONE
        await self.ana.hears(lambda m: m.get("beat") and m["n"] > news["n"])  # it goes on


class Relay:
    """A wire between a client and the server that can be cut, so that neither end is told."""

    async def __aenter__(self):
        self.open = asyncio.Event()
        self.open.set()
        self.writers, self.pumps = [], []
        self.listener = await asyncio.start_server(self.join, "127.0.0.1", 0)
        self.port = self.listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.listener.close()
        for writer in self.writers:
            writer.transport.abort()
        for pump in self.pumps:
            pump.cancel()
        await asyncio.gather(*self.pumps, return_exceptions=True)
        await self.listener.wait_closed()

    def to(self, ward):
        self.server = ward.server
        return f"ws://127.0.0.1:{self.port}/ws"

    async def join(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(self.server.host, self.server.port)
        self.writers += [writer, far_writer]
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self.pumps.append(asyncio.create_task(self.pump(source, sink)))

    async def pump(self, source, sink):
        while data := await source.read(65_536):
            await self.open.wait()
            sink.write(data)


# A client as a program of its own: it answers each beat, and says so.
CLIENT = """
import asyncio, json, sys
from websockets import connect

async def main():
    async with connect(sys.argv[1], proxy=None, compression=None) as ws:
        async for text in ws:
            message = json.loads(text)
            if "beat" in message:
                await ws.send(str(message["n"]))
                print(message["n"], flush=True)

asyncio.run(main())
"""


@asynccontextmanager
async def elsewhere(url):
    """That client's process, once it has answered a beat. Killed at the end, frozen or not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CLIENT, url), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(WITHIN):
            assert await process.stdout.readline()
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
