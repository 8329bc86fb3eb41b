"""How fast everybody follows a toggle: two pages in Chromium and a Python client.

    python benchmarks/toggle.py

Someone presses the button on one page. When does the other page show it, and when has the client
heard of it? Then the client says it, and both pages must show it. All on one machine, so one clock.
As a ratio: the client's own round trip beside it, in the same run, is what no page can beat.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from websockets import connect

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.lab import CHROMIUM_OPTIONS  # noqa: E402
from ws101 import serve  # noqa: E402

CHANGES = 100
WITHIN = 10  # seconds: a deadline that only a hang reaches

# Milliseconds since 1970, as in Python's time.time(): when it was pressed, when the light changed.
WATCH = """() => {
    const now = () => performance.timeOrigin + performance.now();
    window.shown = [];
    new MutationObserver(() => shown.push(now()))
        .observe(document.getElementById("light"), {childList: true});
    document.getElementById("switch")
        .addEventListener("click", () => { window.pressed = now(); }, {capture: true});
}"""


async def opened(browser: Browser, url: str) -> Page:
    """The page of the server, in a window of its own, when it shows the light."""
    page = await browser.new_page()
    await page.goto(url)
    await page.wait_for_function("document.getElementById('light').dataset.light")
    await page.evaluate(WATCH)
    return page


async def shown(page: Page) -> float:
    """When the light next changed on it, in ms."""
    await page.wait_for_function("shown.length")
    return await page.evaluate("shown.shift()")


def now() -> float:
    return time.time() * 1000


async def measure(browser: Browser, name: str) -> dict[str, list[float]]:
    """Milliseconds for each change, by who follows whom."""
    say = {"toggle": str, "toggle_json": lambda state: json.dumps({"set": state})}[name]
    took: dict[str, list[float]] = {
        way: [] for way in ("page to page", "page to client", "client to itself", "client to pages")
    }
    with serve(ROOT / "servers" / f"{name}.py", port=0) as server:
        pages = [await opened(browser, server.url) for _ in range(2)]
        async with connect(f"{server.ws_url}/ws", proxy=None) as client:
            await client.recv()  # the state at once
            for number in range(CHANGES):
                pressing, following = pages[number % 2], pages[1 - number % 2]
                hearing = asyncio.create_task(heard(client))
                await pressing.get_by_role("button").press("Enter")
                at = await hearing
                await shown(pressing)
                there = await shown(following)
                pressed = await pressing.evaluate("pressed")
                took["page to page"].append(there - pressed)
                took["page to client"].append(at - pressed)
            for number in range(CHANGES):
                said = now()
                await client.send(say("off" if number % 2 else "on"))
                took["client to itself"].append(await heard(client) - said)
                took["client to pages"].append(max([await shown(page) for page in pages]) - said)
        for page in pages:
            await page.close()
    return took


async def heard(client: Any) -> float:
    async with asyncio.timeout(WITHIN):
        await client.recv()
    return now()


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_OPTIONS
        )
        print(
            f"{CHANGES} changes each, ms{'':17}median   worst   within 100 ms   to the client's own"
        )
        for name in ("toggle", "toggle_json"):
            took = await measure(browser, name)
            least = statistics.median(took["client to itself"])
            for way, ms in took.items():
                soon = sum(one < 100 for one in ms)
                median = statistics.median(ms)
                print(
                    f"{name:12} {way:22}{median:8.1f}{max(ms):8.1f}{soon:16}{median / least:22.1f}"
                )
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
