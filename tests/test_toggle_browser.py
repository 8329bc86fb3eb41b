"""Two pages and a Python client that follow each other, in JupyterLab and outside it."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack, asynccontextmanager

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.async_api import Browser, expect
from websockets import connect

from tests.lab import FAR, NEAR
from tests.notebook_page import notebook
from tests.ports import lasting
from tests.server_page import Shown, ready, state
from ws101 import Server, serve

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAY = {"toggle": str, "toggle_json": lambda light: json.dumps({"set": light})}
TOLD = {"toggle": str, "toggle_json": lambda light: json.dumps({"state": light})}


async def press(page: Shown, label: str) -> None:
    """Press the page's one button, which must be called so."""
    await page.get_by_role("button", name=label, exact=True).press("Enter")


async def shows(light: str, *pages: Shown) -> None:
    """Wait until each page says so, and offers the other state."""
    for page in pages:
        await expect(page.locator("#light")).to_have_text(light)
        await expect(page.get_by_role("button")).to_have_text(
            "Turn it off" if light == "on" else "Turn it on"
        )


@asynccontextmanager
async def two_pages(chromium: Browser, server: Server):
    """The server's page twice, as two people have it."""
    async with AsyncExitStack() as stack:
        both = []
        for _ in range(2):
            context = await chromium.new_context(viewport={"width": 640, "height": 400})
            stack.push_async_callback(context.close)
            both.append(await context.new_page())
            await both[-1].goto(server.url)
            await ready(both[-1])
        yield both


@pytest.mark.parametrize("name", SAY)
async def test_outside_the_notebook(name, chromium):
    say, told = SAY[name], TOLD[name]
    with serve(f"servers/{name}.py", port=0) as server:
        async with (
            two_pages(chromium, server) as (one, other),
            connect(f"{server.ws_url}/ws", proxy=None) as client,
        ):
            assert await client.recv() == told("off")
            await shows("off", one, other)

            await press(one, "Turn it on")
            await shows("on", one, other)
            assert await client.recv() == told("on")

            await press(other, "Turn it off")
            await shows("off", one, other)
            assert await client.recv() == told("off")

            await client.send(say("on"))
            await shows("on", one, other)
            assert await client.recv() == told("on")


SETUP, SERVE, ONE, OTHER, CLIENT, RECEIVE, SEND = range(7)


@pytest.fixture
def followers(lab, request) -> str:
    """A notebook that serves the light, shows its page twice, and has a client in a cell."""
    name = request.param
    sources = {
        SETUP: "import asyncio\nfrom websockets import connect\nfrom ws101 import page, serve",
        SERVE: f'server = serve("servers/{name}.py", port=0)',
        ONE: "page(server)",
        OTHER: "page(server)",
        CLIENT: 'client = await connect(f"{server.ws_url}/ws")',
        RECEIVE: "print(await asyncio.wait_for(client.recv(), 30))",
        SEND: f"await client.send({SAY[name]('on')!r})",
    }
    python = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    cells = [new_code_cell(sources[cell]) for cell in sorted(sources)]
    content = new_notebook(cells=cells, metadata=python)
    nbformat.write(content, lab.root / "notebooks" / f"followers_{name}.ipynb")
    return name


@pytest.mark.parametrize(
    ("followers", "host"), [("toggle", NEAR), ("toggle_json", FAR)], indirect=["followers"]
)
async def test_in_the_notebook(followers, host, lab, chromium):
    """Near, the pages are direct; far, they come through JupyterLab, and the client does not."""
    told = TOLD[followers]
    async with notebook(chromium, lab, f"followers_{followers}", host) as opened:

        async def hears(light):
            await opened.run_cell(RECEIVE)
            [printed] = (await opened.cells())[RECEIVE]["outputs"]
            assert "".join(printed["text"]) == told(light) + "\n"

        await opened.run_through(CLIENT)
        one, other = opened.frame(ONE), opened.frame(OTHER)
        assert await opened.comes_through_lab(ONE) == (host == FAR)
        await ready(one)
        await ready(other)
        await shows("off", one, other)
        await hears("off")

        await press(one, "Turn it on")
        await shows("on", one, other)
        await hears("on")

        await press(other, "Turn it off")
        await shows("off", one, other)
        await hears("off")

        await opened.run_cell(SEND)
        await shows("on", one, other)
        await hears("on")
        await opened.picture(f"followers-{followers}-{host}")


@pytest.mark.parametrize("name", SAY)
async def test_page_that_loses_its_server_and_finds_a_new_one(name, chromium):
    """What cannot be sent is said so. What the new server says is shown."""
    port = lasting()
    server = serve(f"servers/{name}.py", port=port)
    try:
        async with two_pages(chromium, server) as (one, other):
            await press(one, "Turn it on")
            await shows("on", one, other)
            server.stop()
            await state(one, "closed with code")
            await press(one, "Turn it off")
            await expect(one.get_by_role("alert")).to_contain_text("Not sent")
            server = serve(f"servers/{name}.py", port=port)
            await state(one, "open")
            await shows("off", one, other)
            await press(other, "Turn it on")
            await shows("on", one, other)
            await press(one, "Turn it off")
            await expect(one.get_by_role("alert")).to_have_text("")
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("name", "message"),
    [("toggle", "error: no <b>"), ("toggle_json", '{"state": "off", "error": "no <b>"}')],
)
async def test_page_shows_the_servers_error_in_words(name, message, chromium):
    """Here the page speaks to us, and is told that it was wrong."""
    context = await chromium.new_context()
    try:
        page = await context.new_page()
        await page.route_web_socket("**/ws", lambda socket: socket.send(message))
        with serve(f"servers/{name}.py", port=0) as server:
            await page.goto(server.url)
            await expect(page.get_by_role("alert")).to_contain_text("The server says: ")
            await expect(page.get_by_role("alert")).to_contain_text("no <b>")
    finally:
        await context.close()
