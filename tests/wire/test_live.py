"""The live view, in a real kernel: what it sends, when, and under which cell."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from ws101.scratch import ScratchKernel

WITHIN = 30  # seconds: a deadline that only a hang reaches

APP = """
import asyncio
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect
from ws101 import serve

app = FastAPI()

@app.websocket("/ws")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)

server = serve(app, port=0)
ana = await connect(f"{server.ws_url}/ws", proxy=None)
server.wire.name(ana, "ana")

def timers():
    "Timers of a live view that are set on the kernel's loop."
    return [h for h in asyncio.get_running_loop()._scheduled
            if "Live." in repr(h) and not h.cancelled()]
"""
SAY = """
await ana.send({!r})
assert await asyncio.wait_for(ana.recv(), 30)
"""
REST = "while timers():\n    await asyncio.sleep(0.01)\n"


class Kernel:
    """A kernel, and every display that it has sent."""

    def __init__(self, scratch: ScratchKernel) -> None:
        self._scratch = scratch
        self._get = scratch.client.get_iopub_msg
        scratch.client.get_iopub_msg = self._note
        self.displays: list[dict] = []

    async def _note(self, **options):
        message = await self._get(**options)
        if message["msg_type"] in ("display_data", "update_display_data"):
            self.displays.append(message)
        return message

    async def run(self, source: str) -> str:
        (ran,) = await self._scratch.run([source], within=WITHIN)
        assert ran.status == "ok", ran.text
        return ran.text.strip()

    async def until(self, words: str) -> dict:
        """Wait for a display with these words in its text, which may have come already."""
        async with asyncio.timeout(WITHIN):
            while True:
                for message in self.displays:
                    if words in message["content"]["data"].get("text/plain", ""):
                        return message
                await self._note(timeout=None)


@asynccontextmanager
async def kernel():
    async with ScratchKernel() as scratch:
        kernel = Kernel(scratch)
        await kernel.run(APP)
        yield kernel


def place(message: dict) -> tuple[str, str]:
    """Which output a display is for, and under which cell it was sent."""
    return message["content"]["transient"]["display_id"], message["parent_header"]["msg_id"]


async def test_it_follows_in_its_own_place():
    async with kernel() as one:
        said = await one.run("server.wire.live()")
        assert said.startswith("Wire of app: newest events, live.")
        (shown,) = one.displays
        assert shown["msg_type"] == "display_data"
        assert "asks for WebSocket" in shown["content"]["data"]["text/plain"]
        await one.run(REST)  # what comes now wakes it from the server's thread
        assert await one.run(SAY.format("Hello")) == ""  # nothing lands under another cell
        update = await one.until("“Hello”")
        assert update["msg_type"] == "update_display_data"
        assert place(update) == place(shown)
        assert "Hello" in update["content"]["data"]["text/html"]


async def test_ten_times_a_second_at_most():
    async with kernel() as one:
        await one.run("server.wire.live()")
        async with asyncio.timeout(WITHIN):
            while len(one.displays) < 5:
                await one.run("for _ in range(200):" + SAY.format("x").replace("\n", "\n    "))
        times = [message["header"]["date"] for message in one.displays]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) >= timedelta(seconds=0.095)  # 0.1 by another clock


async def test_nothing_while_nothing_happens():
    async with kernel() as one:
        await one.run(SAY.format("before"))
        assert await one.run("print(server.wire.recorder.bell, timers())") == "None []"
        await one.run("server.wire.live()")
        assert "Live._wake" in await one.run(REST + "print(server.wire.recorder.bell)")
        sent = len(one.displays)
        await one.run("await asyncio.sleep(0.5)")
        assert len(one.displays) == sent == 1


async def test_run_again_it_moves():
    async with kernel() as one:
        await one.run("server.wire.live()")
        await one.run("server.wire.live()")
        first, left, second = one.displays
        assert left["msg_type"] == "update_display_data"
        assert "as they were left" in left["content"]["data"]["text/plain"]
        assert place(left) == place(first) != place(second)
        for text in ("Hello", "Bye"):
            await one.run(SAY.format(text))
            await one.until(f"“{text}”")
        assert {place(message) for message in one.displays[3:]} == {place(second)}


async def test_it_ends_with_the_server():
    async with kernel() as one:
        await one.run("live = server.wire.live()")
        await one.run("await asyncio.to_thread(server.stop)")
        await one.until("newest events, as they were left")
        assert await one.run("print(timers(), server.wire.recorder.bell)") == "[] None"
        assert await one.run("server.wire.live()") != ""  # of a stopped server: drawn once


async def test_it_can_be_stopped():
    async with kernel() as one:
        await one.run("live = server.wire.live()")
        await one.run("live.stop()")
        await one.until("as they were left")
        sent = len(one.displays)
        await one.run(SAY.format("Hello"))
        await one.run("await asyncio.sleep(0.3)")
        assert len(one.displays) == sent == 2


async def test_a_fault_in_drawing_stays_in_its_place():
    async with kernel() as one:
        await one.run("server.wire.live()")
        await one.run("import ws101.wire.live\nws101.wire.live.picture = None")
        assert await one.run(SAY.format("Hello")) == ""
        async with asyncio.timeout(WITHIN):
            while "NoneType" not in one.displays[-1]["content"]["data"]["text/html"]:
                await one._note(timeout=None)
        assert place(one.displays[-1]) == place(one.displays[0])


async def test_elsewhere_it_says_what_to_do(echo):
    with pytest.raises(RuntimeError, match=r"print\(server\.wire\)"):
        echo.wire.live()
