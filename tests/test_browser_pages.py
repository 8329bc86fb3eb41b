"""Each server's own page in a real browser: by keyboard, light and dark, and for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from matplotlib.image import imread
from playwright.async_api import Browser

from tests import course
from tests.server_page import accessibility, manner, ready, state, use
from ws101 import Server, serve

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIEWPORT = {"width": 640, "height": 400}

# What has the focus, and the line drawn around it.
FOCUSED = """(() => {
    const style = getComputedStyle(document.activeElement);
    return [document.activeElement.outerHTML, style.outlineStyle, parseFloat(style.outlineWidth)];
})()"""


@pytest.fixture(params=course.SERVERS)
def server(request) -> Iterator[Server]:
    with serve(f"servers/{request.param}.py", port=0) as server:
        yield server


@asynccontextmanager
async def browse(chromium: Browser, server: Server, scheme: str = "light"):
    """The server's page, connected, in a browser of its own; it asks nobody else for anything."""
    context = await chromium.new_context(color_scheme=scheme, viewport=VIEWPORT)
    asked = set()
    context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    try:
        page = await context.new_page()
        page.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
        await page.goto(server.url)
        await ready(page)
        yield page
        assert asked - {""} == {urlsplit(server.url).netloc}
    finally:
        await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everyone_can_use_it(server, scheme, chromium, node_modules):
    """axe-core finds nothing at first, with an answer, and when the server has gone."""
    async with browse(chromium, server, scheme) as page:
        assert await accessibility(page, node_modules) == []
        await use(page)
        assert await accessibility(page, node_modules) == []
        server.stop()
        await state(page, "closed")
        assert await accessibility(page, node_modules) == []
        picture = await page.screenshot(path=course.artifact(f"page-{server.name}-{scheme}"))
    paper = imread(BytesIO(picture))[0, 0, :3].mean()
    assert paper < 0.2 if scheme == "dark" else paper > 0.8


async def test_keyboard_alone(server, chromium):
    """The Tab key comes to each control in turn, and shows where it is; its keys do their work."""
    async with browse(chromium, server) as page:
        controls = await page.locator("input, button, a[href]").evaluate_all(
            "(all) => all.map((one) => one.outerHTML)"
        )
        for control in controls:
            await page.keyboard.press("Tab")
            html, outline, width = await page.evaluate(FOCUSED)
            assert html == control
            assert outline != "none"
            assert width >= 2

        for _ in controls[1:]:
            await page.keyboard.press("Shift+Tab")
        how = await manner(page)
        async with how.answers(page):
            await page.keyboard.type(how.keys)


async def test_nothing_is_out_of_sight_on_a_narrow_screen(server, chromium):
    """Not even a word that is wider than the screen, in a list or in what the server complains of.

    https://www.w3.org/WAI/WCAG22/Understanding/reflow
    """
    async with browse(chromium, server) as page:
        await page.set_viewport_size({"width": 320, "height": 600})
        await page.locator("p, ol").evaluate_all(
            "(all) => all.forEach((one) => one.append('W'.repeat(500)))"
        )
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
