"""One conversation each with four clients that are not ours, as the transcript has it.

The golden texts are in transcripts/. To write them anew after a change that is meant:
`WS101_GOLDEN=write python -m pytest tests/wire/test_transcripts.py`, then read the difference.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import expect
from websockets.asyncio.client import connect
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    Request,
    TextMessage,
)
from wsproto.extensions import PerMessageDeflate

from tests.tools import needs
from ws101 import Server
from ws101.wire.events import End

HERE = Path(__file__).parent
WITHIN = 30  # seconds: a deadline that only a hang reaches

VARIES = [
    (r"^ +\d+\.\d{3}", "    0.000"),  # time
    (r"(Chromium|websockets) [\d.]+", r"\1 N"),  # version
    (r"deflated to \d+ B", "deflated to N B"),  # as this machine's zlib does it
    (r"(ping|pong)  4 B  [0-9a-f ]{11}", r"\1  4 B  (random)"),
]


def normalised(transcript: str) -> str:
    for pattern, replacement in VARIES:
        transcript = re.sub(pattern, replacement, transcript, flags=re.MULTILINE)
    return transcript + "\n"


async def ended(server: Server) -> None:
    """Wait until the server knows that its WebSockets are gone."""
    async with asyncio.timeout(WITHIN):
        while not any(isinstance(e, End) and e.code is not None for e in server.wire.events):
            await asyncio.sleep(0.01)


def check(server: Server, client: str) -> None:
    """Compare with the golden transcript, and the picture with the transcript."""
    found = normalised(str(server.wire))
    golden = HERE / "transcripts" / f"{client}.txt"
    if os.environ.get("WS101_GOLDEN") == "write":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")
    rows = Rows()
    rows.feed(server.wire._repr_mimebundle_()["text/html"])
    lines = str(server.wire).splitlines()[1:]
    assert [told(line) for line in lines] == rows.said


def told(line: str) -> str:
    """A transcript's line in the words of a picture's row."""
    who, arrow, what = re.fullmatch(r" +[\d.]+  (.+?) +([→←]) server  (.*)", line).groups()
    direction = "to server" if arrow == "→" else "from server"
    return " ".join(f"{who} {direction}: {what}".replace("[", "").replace("]", "").split())


class Rows(HTMLParser):
    """What a screen reader reads of each row: the text of its label."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("class", "w101-label") in attrs:
            self.said.append("")
            self._depth = 1
        elif self._depth:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.said[-1] = " ".join(f"{self.said[-1]} {data}".split())


async def test_websockets(echo):
    async with asyncio.timeout(WITHIN), connect(f"{echo.ws_url}/ws", proxy=None) as ws:
        await ws.send("Hello")
        assert await ws.recv() == "Hello"
        await ws.send(b"\0\1\2")
        assert await ws.recv() == b"\0\1\2"
        await ws.send(["frag", "ments"])
        assert await ws.recv() == "fragments"
        await (await ws.ping())
        await ws.close(4000, "enough")
    await ended(echo)
    check(echo, "websockets")


async def test_ws(echo, node_modules):
    command = [needs("node"), str(HERE / "client.cjs"), f"{echo.ws_url}/ws"]
    environment = os.environ | {"NODE_PATH": str(node_modules)}
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=WITHIN
    )
    assert (done.returncode, done.stderr) == (0, "")
    await ended(echo)
    check(echo, "ws")


class WsprotoClient:
    """wsproto's client, which has no sockets of its own."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=WITHIN)
        self._protocol = WSConnection(ConnectionType.CLIENT)

    def ask(self, *events: Event, until: type[Event]) -> list[Event]:
        """Send these events, and read until one of that type has come."""
        for event in events:
            self._socket.sendall(self._protocol.send(event))
        found: list[Event] = []
        while not any(isinstance(event, until) for event in found):
            self._protocol.receive_data(self._socket.recv(65536) or None)
            found += self._protocol.events()
        return found

    def close(self) -> None:
        self._socket.close()


def wsproto_conversation(address: tuple[str, int]) -> None:
    client = WsprotoClient(address)
    host = f"{address[0]}:{address[1]}"
    asked = Request(host=host, target="/ws", extensions=[PerMessageDeflate()])
    client.ask(asked, until=AcceptConnection)
    (answer,) = client.ask(TextMessage("Hello"), until=TextMessage)
    assert answer.data == "Hello"
    (answer,) = client.ask(BytesMessage(b"\0\1\2"), until=BytesMessage)
    assert answer.data == b"\0\1\2"
    parts = TextMessage("frag", message_finished=False), TextMessage("ments")
    (answer,) = client.ask(*parts, until=TextMessage)
    assert answer.data == "fragments"
    client.ask(Ping(b"are you there?"), until=Pong)
    client.ask(CloseConnection(4000, "enough"), until=CloseConnection)
    client.close()


async def test_wsproto(echo):
    await asyncio.to_thread(wsproto_conversation, (echo.host, echo.port))
    await ended(echo)
    check(echo, "wsproto")


@pytest.mark.asyncio(loop_scope="session")
async def test_chromium(echo, chromium):
    context = await chromium.new_context()
    try:
        page = await context.new_page()
        await page.goto(f"{echo.url}/")
        await expect(page).to_have_title("done")
        await ended(echo)
        check(echo, "chromium")
    finally:
        await context.close()
