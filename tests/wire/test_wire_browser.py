"""The pictures as people get them: in JupyterLab, live, not trusted, and exported."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import nbformat
import pytest
from nbconvert import HTMLExporter, LatexExporter, SlidesExporter
from playwright.async_api import expect
from websockets.asyncio.client import connect

from tests import course
from tests.lab import NEAR
from tests.notebook_page import notebook
from tests.wire.test_picture import Talk, everything
from tests.wire.vectors import frame
from ws101.wire.events import FrameEvent
from ws101.wire.html import picture
from ws101.wire.text import transcript

in_browser = pytest.mark.asyncio(loop_scope="session")

SERVER = """\
import asyncio, socket, struct
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from websockets.asyncio.client import connect
from ws101 import serve

app = FastAPI()
clients = []

@app.get("/")
def page():
    return HTMLResponse('''<title>page</title><link rel=icon href="data:,"><script>
        new WebSocket("ws").onmessage = (e) => { document.title = e.data; };</script>''')

@app.websocket("/ws")
async def everyone(ws: WebSocket):
    await ws.accept()
    clients.append(ws)
    try:
        while True:
            text = await ws.receive_text()
            for client in list(clients):
                await client.send_text(text)
    except WebSocketDisconnect:
        clients.remove(ws)

server = serve(app, port=0)
"""
JOIN = """\
names = "ana", "bo", "cy"
ana, bo, cy = [await connect(f"{server.ws_url}/ws", proxy=None) for _ in names]
for client, name in zip((ana, bo, cy), names):
    server.wire.name(client, name)
"""
SAY = """\
async def say(text, *others):
    await ana.send(text)
    for client in (ana, *others):
        assert await asyncio.wait_for(client.recv(), 30) == text
"""
HELLO = "await say('Hello, everyone!', bo, cy)"
VANISH = """\
linger = struct.pack("ii", 1, 0)
bo.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
bo.transport.abort()  # no close frame, and a reset in place of TCP's own goodbye
while len(clients) > 2:
    await asyncio.sleep(0.01)
await say('Where is Bo?', cy)
await cy.close(4000, 'enough')
server.wire
"""


@asynccontextmanager
async def opened(chromium, lab, *cells: str):
    """A notebook with these code cells after those that serve, join and say how to say."""
    sources = [SERVER, JOIN, SAY, *cells]
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    async with of(chromium, lab, written) as book:
        yield book


@asynccontextmanager
async def of(chromium, lab, written):
    """That notebook, in JupyterLab."""
    written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(written, lab.root / "notebooks" / "wire_test.ipynb")
    async with notebook(chromium, lab, "wire_test", NEAR) as book:
        yield book


async def keep(book, name: str) -> None:
    """Keep a screenshot of JupyterLab with the last picture in sight, as artifacts/NAME.png."""
    usual = book.page.viewport_size
    await book.page.set_viewport_size(usual | {"height": 1500})
    await book.page.locator(".jp-CodeCell:has(figure.w101)").last.scroll_into_view_if_needed()
    await book.page.screenshot(path=course.artifact(name))
    await book.page.set_viewport_size(usual)


async def theme(book, name: str) -> None:
    """Change JupyterLab's theme, which it remembers."""
    change = f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})"
    await book.page.evaluate(change)
    dark = "false" if "Dark" in name else "true"
    await expect(book.page.locator("body")).to_have_attribute("data-jp-theme-light", dark)
    await expect(book.page.locator("#jupyterlab-splash")).to_have_count(0)


@in_browser
async def test_a_frame_opens_by_keyboard_and_by_mouse(chromium, lab):
    async with opened(chromium, lab, HELLO, "server.wire") as book:
        await book.run_all()
        figure = book.page.locator("figure.w101")
        rows = figure.locator("summary")
        await expect(rows).to_have_count(10)
        await rows.nth(5).focus()
        await book.page.keyboard.press("Tab")
        await expect(rows.nth(6)).to_be_focused()
        await book.page.keyboard.press("Enter")
        frame = figure.locator("details[open] .w101-detail")
        await expect(frame).to_be_visible()
        await expect(frame).to_contain_text("a client masks every frame")
        await expect(frame).to_contain_text("Hello, everyone!")
        await book.page.keyboard.press("Space")
        await expect(figure.locator("details[open]")).to_have_count(0)
        await rows.nth(0).click()
        await rows.nth(6).click()
        await expect(figure.locator("details[open]")).to_have_count(2)
        try:
            await keep(book, "wire-frame-light")
            await theme(book, "JupyterLab Dark")
            await keep(book, "wire-frame-dark")
        finally:
            await theme(book, "JupyterLab Light")


@in_browser
async def test_a_peer_that_vanished(chromium, lab):
    async with opened(chromium, lab, HELLO, VANISH) as book:
        await book.run_all()
        figure = book.page.locator("figure.w101")
        await expect(figure.locator(".w101-broken .w101-label")).to_contain_text("vanished")
        await expect(figure.locator(".w101-torn")).to_have_count(1)
        await keep(book, "wire-vanished")


@in_browser
async def test_live(chromium, lab):
    """It follows notebook and browser, keeps open what is open, and ends with the server."""
    ticks = "for number in range(20):\n    await say(f'tick {number}', bo, cy)"
    async with opened(
        chromium, lab, "server.wire.live()", HELLO, ticks, "print(server.url)"
    ) as book:
        await book.run_through(4)
        figure = book.page.locator("figure.w101")
        hello = figure.locator("details", has_text="Hello, everyone!").first
        await hello.locator("summary").click()
        await book.run_cell(5)
        await expect(figure).to_contain_text("tick 19")
        await expect(figure).to_contain_text("more like this")
        await expect(figure.locator("details[open]")).to_contain_text("Taking the mask off")
        await book.run_cell(6)
        url = (await book.cells())[6]["outputs"][0]["text"].strip()
        tab = await book.page.context.new_page()
        await tab.goto(f"{url}/")
        await expect(figure).to_contain_text("client 4")
        await expect(figure).to_contain_text("Chromium")
        async with connect(url.replace("http", "ws") + "/ws", proxy=None) as outside:
            await outside.send("from outside the notebook")
            await expect(tab).to_have_title("from outside the notebook")
            await expect(figure).to_contain_text("from outside the notebook")
        await book.page.bring_to_front()
        await keep(book, "wire-live")
        cells = await book.cells()
        assert [len(cell["outputs"]) for cell in cells] == [0, 0, 0, 1, 0, 0, 1]
        assert "live" in "".join(cells[3]["outputs"][0]["data"]["text/plain"])


def exported() -> nbformat.NotebookNode:
    """A notebook with a picture in it, as it is saved."""
    talk = everything()
    cell = nbformat.v4.new_code_cell("server.wire", execution_count=1)
    bundle = {
        "text/html": picture("A talk", talk.events, talk.names),
        "text/plain": transcript("A talk", talk.events, talk.names),
    }
    cell.outputs = [nbformat.v4.new_output("execute_result", bundle, execution_count=1)]
    return nbformat.v4.new_notebook(cells=[cell])


@in_browser
async def test_not_trusted(chromium, lab):
    """JupyterLab drops style and SVG of what it did not see run; sentences are left."""
    async with of(chromium, lab, exported()) as book:
        output = book.page.locator(".jp-OutputArea-output")
        await expect(output).to_contain_text("A talk")
        assert await output.locator("svg").count() == 0
        first = output.locator("summary").nth(4)
        await expect(first).to_contain_text("client 1 to server: text 5 B “Hello”")
        await first.click()
        await expect(output.locator("details[open]")).to_contain_text("masking key")


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter], ids=["html", "slides"])
@in_browser
async def test_exported_and_nothing_runs(chromium, tmp_path, exporter):
    body, _ = exporter().from_notebook_node(exported())
    file = tmp_path / "exported.html"
    file.write_text(body, encoding="utf-8")
    context = await chromium.new_context(java_script_enabled=False, offline=True)
    try:
        page = await context.new_page()
        await page.goto(file.as_uri(), wait_until="domcontentloaded")
        figure = page.locator("figure.w101")
        row = figure.locator("summary").nth(4)
        await row.scroll_into_view_if_needed()
        await expect(row).to_contain_text("“Hello”")
        await expect(figure.locator(".w101-arrow").first).to_be_attached()
        await row.click()
        await expect(figure.locator("details[open]")).to_contain_text("masking key")
        await page.screenshot(path=tmp_path / "exported.png")
    finally:
        await context.close()


def full() -> Talk:
    """Rows that have more to say than fits: long quotations, and remarks behind them."""
    talk = Talk(3)
    long = frame(1, b"x" * 65_536)
    talk.add("client", frame(1, b"x" * 65_536, mask=True)).add("server", long)
    talk.add("server", frame(1, b"word " * 12_000), 1).add("server", frame(2, bytes(65_536)), 1)
    talk.add("server", long, 2).add("server", long[:30_000], 2)
    for index, event in enumerate(talk.events):
        if isinstance(event, FrameEvent) and event.connection > 1 and not event.missing:
            talk.events[index] = replace(event, unsent=event.size - 20_000)
    talk.add("client", frame(1, b"no mask")).add("lost", b"ConnectionResetError: gone", 1)
    return talk


WORDS_OF_A_ROW = """(row) => {
    const label = row.querySelector(".w101-label"), words = label.querySelectorAll("*");
    const arrow = row.querySelector(".w101-arrow, .w101-mark").getBoundingClientRect();
    const code = [...label.querySelectorAll("code")];
    return {
        text: label.textContent,
        above: label.getBoundingClientRect().bottom - arrow.top,
        lines: Math.max(0, ...code.map((one) => one.getBoundingClientRect().height)) / 19,
        cut: [...words].filter((one) => one.matches("strong, span, i")
            && (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)).length,
    };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 640, 1000])
@in_browser
async def test_words_leave_the_arrow_in_sight(chromium, tmp_path, width, scheme):
    """With JupyterLab's own style around it: a quotation has one line, and no remark is cut."""
    talk = full()
    cell = nbformat.v4.new_code_cell("server.wire", execution_count=1)
    bundle = {"text/html": picture("A talk", talk.events, talk.names)}
    cell.outputs = [nbformat.v4.new_output("execute_result", bundle, execution_count=1)]
    exporter = HTMLExporter(theme=scheme)
    body, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    file = tmp_path / "exported.html"
    file.write_text(body, encoding="utf-8")
    context = await chromium.new_context(offline=True, color_scheme=scheme)
    try:
        page = await context.new_page()
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(file.as_uri(), wait_until="domcontentloaded")
        rows = page.locator("figure.w101 .w101-row")
        found = [await row.evaluate(WORDS_OF_A_ROW) for row in await rows.all()]
        assert len(found) == len(talk.events)
        assert sum("wait in the server" in row["text"] for row in found) == 3
        for row in found:
            assert row["above"] <= 1, row
            assert row["lines"] <= 1, row
            assert row["cut"] == 0, row
        await page.screenshot(path=course.artifact(f"wire-long-{width}-{scheme}"))
    finally:
        await context.close()


def test_exported_to_latex():
    """A PDF has the transcript."""
    body, _ = LatexExporter().from_notebook_node(exported())
    assert "asks for WebSocket" in body
    assert "w101" not in body


@pytest.mark.parametrize("scheme", ["light", "dark"])
@in_browser
async def test_accessible(chromium, node_modules, scheme, tmp_path):
    """axe-core finds nothing wrong with a picture in which everything is open."""
    talk = everything()
    html = picture("A talk", talk.events, talk.names).replace("<details", "<details open")
    file = tmp_path / "picture.html"
    file.write_text(f"<!doctype html><html lang=en><title>x</title><main>{html}</main>", "utf-8")
    context = await chromium.new_context(color_scheme=scheme)
    try:
        page = await context.new_page()
        await page.goto(file.as_uri())
        await page.add_script_tag(path=node_modules / "axe-core" / "axe.min.js")
        found = await page.evaluate("axe.run('.w101')")
        assert found["passes"], "axe-core tried nothing"
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    finally:
        await context.close()
