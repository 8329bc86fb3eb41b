"""The heartbeat page in a real browser, while its server is stopped, restarted and frozen."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import aclosing, asynccontextmanager

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Browser, Page, expect
from websockets import connect

from servers.reconnect import follow
from tests import ports
from tests.leaks import no_thread
from tests.server_page import state
from tests.server_process import WITHIN, alone, ended
from ws101 import serve
from ws101.course import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY = 0.5  # seconds


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("HEARTBEAT_SECONDS", str(EVERY))
    with no_thread(but="asyncio_"):  # the session's loop keeps its pool
        yield


@asynccontextmanager
async def browse(chromium: Browser, url: str):
    context = await chromium.new_context()
    try:
        page = await context.new_page()
        await page.goto(url.replace("ws:", "http:").removesuffix("ws"))
        await state(page, "open")
        yield page
    finally:
        await context.close()


async def beats(page: Page, more: int = 3) -> None:
    """Wait until the page has heard some more beats."""
    heard = int(await page.locator("#beats").text_content())
    number = re.compile("|".join(f"^{heard + n}$" for n in range(more, more + 200)))
    await expect(page.locator("#beats")).to_have_text(number)


async def seen(page: Page) -> int:
    """The newest number that the page has seen."""
    return await page.evaluate("seen.after")


async def lines(page: Page) -> list[str]:
    """What it lists, oldest first."""
    return (await page.locator("#news li").all_text_contents())[::-1]


async def passes(url: str, number: int) -> None:
    """Wait until the server has said as many things as that."""
    async with asyncio.timeout(WITHIN), aclosing(follow(url, proxy=None)) as messages:
        async for message in messages:
            if message.get("n", 0) >= number:
                break


async def test_it_hears_and_answers(chromium):
    async with alone("heartbeat") as (_, url), browse(chromium, url) as page:
        await expect(page.get_by_text(f"one every {EVERY} s")).to_be_visible()
        await beats(page, 6)  # who does not answer is closed after two
        assert await lines(page) == []


async def test_it_comes_back_by_itself_and_says_what_cannot_be_had(chromium):
    port = ports.lasting()
    async with alone("heartbeat", port=port) as (process, url), browse(chromium, url) as page:
        process.terminate()
        await state(page, "closed with code 1012, trying again")
        await ended(process)
        async with alone("heartbeat", port=port):
            await state(page, "open")
            await beats(page)
            told = await lines(page)
            assert told[:2] == [
                "Back.",
                "The server has been restarted. What it said before that is lost.",
            ]
            # All that the new one said before the page came is new to it.
            missed = [int(line.split()[1].strip(":")) for line in told[2:]]
            assert missed == list(range(1, len(missed) + 1))


async def test_it_notices_a_frozen_server_and_lists_what_it_missed(chromium):
    async with alone("heartbeat") as (process, url), browse(chromium, url) as page:
        await beats(page)
        before = await seen(page)
        heard = await page.evaluate("heard")
        tries = []
        page.on("websocket", lambda socket: tries.append(socket))
        process.send_signal(signal.SIGSTOP)
        await state(page, f"no beat for {2.5 * EVERY} s, trying again")
        async with asyncio.timeout(WITHIN):
            while len(tries) < 2:  # so it gives up a handshake that nobody answers, too
                await page.wait_for_timeout(50)
        await page.context.set_offline(True)  # for a while longer than the server is frozen
        process.send_signal(signal.SIGCONT)
        await passes(url, before + 4)
        await page.context.set_offline(False)
        await state(page, "open")
        await beats(page)
        told = await lines(page)
        assert told[0] == "Back."
        missed = [int(line.split()[1].strip(":")) for line in told if line.startswith("Missed ")]
        assert missed == sorted(set(missed))
        assert all(number > before for number in missed)  # perhaps none: it may be back at once
        # Each number once: as a beat that was heard, as one that was missed, or as other news.
        after, beaten = await page.evaluate("[seen.after, heard]")
        news = [line for line in await lines(page) if line[0].isdigit()]
        assert after - before == beaten - heard + len(missed) + len(news)


async def test_one_can_leave_and_come_back_by_keyboard(chromium):
    async with alone("heartbeat") as (_, url), browse(chromium, url) as page:
        await beats(page)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await state(page, "closed by you")
        last = await seen(page)
        await passes(url, last + 3)
        heard = await page.locator("#beats").text_content()
        await page.keyboard.press("Enter")
        await state(page, "open")
        await beats(page)
        assert int(await page.locator("#beats").text_content()) > int(heard)
        told = await lines(page)
        assert told[:4] == ["Back.", *(f"Missed {last + n}: a beat" for n in (1, 2, 3))]


async def test_one_that_left_comes_back_to_a_server_that_is_not_there_yet(chromium):
    port = ports.lasting()
    async with alone("heartbeat", port=port) as (process, url), browse(chromium, url) as page:
        await page.get_by_role("button", name="Leave").click()
        await state(page, "closed by you")
        process.terminate()
        await ended(process)
        await page.get_by_role("button", name="Come back").click()
        await state(page, "closed with code 1006, trying again")
        async with alone("heartbeat", port=port):
            await state(page, "open")
            await beats(page)


async def test_it_says_who_is_gone(chromium):
    async with alone("heartbeat") as (_, url), browse(chromium, url) as page:
        async with connect(f"{url}?name=<b>bo</b>", proxy=None) as bo:
            await bo.close(4001)
        await expect(page.locator("#news")).to_contain_text("<b>bo</b> is gone, code 4001")


# connection.js, which every page uses

PAGE = """<!doctype html><title>waits</title><p id="state"></p>
<script>
  const waits = [];
  Math.random = () => 0.5;
  const later = window.setTimeout;
  window.setTimeout = (what, after, ...more) => {
    if (after !== 5000) waits.push(after);
    return later(what, after, ...more);
  };
</script>
<script src="static/connection.js"></script>
<script>
  const connection = keepConnected("ws", {state: document.getElementById("state"), onmessage() {}});
</script>
"""


async def test_the_wait_is_by_chance_and_its_limit_doubles(chromium):
    """Also where the server lets the page in only to close: that connection has not lasted."""
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=ROOT / "servers" / "pages" / "static"))

    @app.get("/")
    async def home():
        return HTMLResponse(PAGE)

    @app.websocket("/ws")
    async def shut(ws: WebSocket):
        await ws.accept()
        await ws.close(1013)

    async with serve(app, port=0) as server:
        context = await chromium.new_context()
        try:
            page = await context.new_page()
            await page.goto(server.url)
            await page.wait_for_function("waits.length >= 4", timeout=1000 * WITHIN)
            assert await page.evaluate("waits.slice(0, 4)") == [125, 250, 500, 1000]
        finally:
            await context.close()
