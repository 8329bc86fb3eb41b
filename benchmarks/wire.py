"""What it costs that the wire is always on.

    python benchmarks/wire.py

Echo throughput with 50 clients, which are a process of their own, and launch to first echoed
message: with and without the wire, all in one run, in short turns, as medians of ratios. "Full"
means that each connection's ring is full, so that as much is dropped, and skimmed, as comes in.

On a busy machine look at the server's CPU time for each echo: others' work does not count in it.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, WebSocket
from websockets import connect

from ws101 import Server, serve

CLIENTS = 50
ROUNDS = 41
TURN = 0.25  # seconds that each way is measured in a round
LAUNCHES = 41
FULL = 64 << 10  # bytes: a ring that is full soon

HEAD = (
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n"
)
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
KEY = bytes.fromhex("37fa213d")
HELLO = bytes.fromhex("f248cdc9c90700")  # "Hello", deflated: RFC 7692 section 7.2.3.1

app = FastAPI()


@app.websocket("/ws")
async def echo(ws: WebSocket) -> None:
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)


# The clients' process


def masked(first: int, payload: bytes) -> bytes:
    """A client's frame."""
    body = bytes(byte ^ KEY[i % 4] for i, byte in enumerate(payload))
    return bytes([first, 0x80 | len(payload)]) + KEY + body


class Client(asyncio.Protocol):
    """Sends a message, and the next one when that came back: as little work as can be."""

    def __init__(self, deflate: bool) -> None:
        self.echoes = 0
        self.idle: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head = HEAD.format(DEFLATE if deflate else "").encode()
        self._message = masked(0xC1, HELLO) if deflate else masked(0x81, b"Hello" * 10)
        self._received = b""
        self._end = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        data = self._received + data
        if data[:1] == b"H":  # the handshake's answer
            if data.endswith(b"\r\n\r\n"):
                self.idle.set_result(None)
                data = b""
        elif len(data) >= 2 and len(data) == 2 + data[1]:
            self.echoes += 1
            data = b""
            if time.perf_counter() < self._end:
                self._transport.write(self._message)
            else:
                self.idle.set_result(None)
        self._received = data

    def run(self, end: float) -> asyncio.Future[None]:
        """Begin; what is returned is done soon after `end`, when the last echo has come."""
        self._end = end
        self.idle = asyncio.get_running_loop().create_future()
        self._transport.write(self._message)
        return self.idle


async def load(deflate: bool, ports: list[int]) -> None:
    """For each line that comes in, the index of a port: take a turn, print echoes and seconds."""
    loop = asyncio.get_running_loop()
    groups = [[Client(deflate) for _ in range(CLIENTS)] for _ in ports]
    for port, group in zip(ports, groups, strict=True):
        for client in group:
            await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
            await client.idle
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        group = groups[int(line)]
        before, start = sum(client.echoes for client in group), time.perf_counter()
        await asyncio.gather(*(client.run(start + TURN) for client in group))
        echoes = sum(client.echoes for client in group) - before
        print(echoes, time.perf_counter() - start, flush=True)


# The server's process


class Load:
    """The clients' process, connected to all servers."""

    async def start(self, servers: list[Server], deflate: bool) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, "deflate" if deflate else "plain"),
            *(str(server.port) for server in servers),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert await self._line() == "ready"

    async def turn(self, server: int) -> tuple[float, float]:
        """Echoes in a second, and seconds of this process's CPU time for each."""
        spent = time.process_time()
        self._process.stdin.write(f"{server}\n".encode())
        echoes, seconds = map(float, (await self._line()).split())
        return echoes / seconds, (time.process_time() - spent) / echoes

    async def stop(self) -> None:
        self._process.stdin.close()
        await self._process.wait()

    async def _line(self) -> str:
        async with asyncio.timeout(60):
            return (await self._process.stdout.readline()).decode().strip()


async def launch(wire: bool) -> tuple[float, float]:
    """Seconds to the first echoed message, and seconds of CPU time for that and the stop."""
    spent, start = time.process_time(), time.perf_counter()
    server = serve(app, port=0, wire=wire)
    async with asyncio.timeout(30), connect(f"{server.ws_url}/ws", proxy=None) as client:
        await client.send("Hello")
        assert await client.recv() == "Hello"
    took = time.perf_counter() - start
    await asyncio.to_thread(server.stop)
    return took, time.process_time() - spent


Ways = dict[str, Callable[[], Awaitable[tuple[float, ...]]]]
Found = dict[str, list[tuple[float, ...]]]


async def in_turn(rounds: int, ways: Ways) -> Found:
    """Measure each way once a round, after a round that warms up."""
    found: Found = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, measure in ways.items():
            value = await measure()
            if number:
                found[name].append(value)
    return found


def table(title: str, found: Found, index: int, unit: Callable[[float], str]) -> None:
    """One line a way: the measurement with that index, and its ratio to the first way's."""
    print(
        f"\n{title}\n{'':34}{'median':>12}{'ratio':>8}  (quarter to three quarters of the rounds)"
    )
    base = [values[index] for values in next(iter(found.values()))]
    for name, measured in found.items():
        values = [value[index] for value in measured]
        ratios = [value / other for value, other in zip(values, base, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        value = unit(statistics.median(values))
        print(f"{name:34}{value:>12}{middle:8.2f}  ({low:.2f} to {high:.2f})")


async def measure_echo(deflate: bool) -> None:
    names = ["without the wire", "with the wire", "with the wire, full"]
    servers = [
        serve(app, port=0, wire=name != names[0], name=name, ws_ping_interval=None)
        for name in names
    ]
    load = Load()
    await load.start(servers, deflate)
    servers[2].wire.recorder.limit = FULL
    while any(recording.first == 0 for recording in servers[2].wire.recorder.recordings()):
        await load.turn(2)
    ways = {name: lambda i=i: load.turn(i) for i, name in enumerate(names)}
    found = await in_turn(ROUNDS, ways)
    await load.stop()
    for server in servers:
        await asyncio.to_thread(server.stop)
    how = f"{CLIENTS} clients, {'deflate' if deflate else 'no compression'}"
    table(f"Echoes a second, {how}", found, 0, lambda value: f"{value:,.0f}")
    table("The server's CPU time for each echo", found, 1, lambda value: f"{value * 1e6:.0f} us")


async def main() -> None:
    for deflate in (False, True):
        await measure_echo(deflate)
    ways = {f"wire={wire}": lambda wire=wire: launch(wire) for wire in (False, True)}
    found = await in_turn(LAUNCHES, ways)
    for index, what in enumerate(("Launch to first echoed message", "CPU time for it")):
        table(what, found, index, lambda value: f"{value * 1000:.1f} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(load(sys.argv[1] == "deflate", [int(port) for port in sys.argv[2:]]))
    else:
        asyncio.run(main())
