"""A report as a learner sees it: in JupyterLab, with its conversation."""

import nbformat
import pytest
from playwright.async_api import expect

from tests.lab import NEAR
from tests.notebook_page import notebook

in_browser = pytest.mark.asyncio(loop_scope="session")

ANSWER = """\
from fastapi import FastAPI, WebSocket
from ws101 import check

app = FastAPI()

@app.websocket("/ws")
async def once(ws: WebSocket):
    await ws.accept()
    text = await ws.receive_text()
    await ws.send_text("You said: " + text)
"""


@in_browser
async def test_a_failed_report_tells_what_came_and_shows_the_wire(chromium, lab):
    cells = [nbformat.v4.new_code_cell(source) for source in (ANSWER, "check.echo(app)")]
    written = nbformat.v4.new_notebook(cells=cells)
    written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(written, lab.root / "notebooks" / "report_test.ipynb")
    async with notebook(chromium, lab, "report_test", NEAR) as book:
        await book.run_all()
        report = book.page.locator(".jp-OutputArea-output").last
        await expect(report).to_contain_text("3 of 4 behaviours hold")
        await expect(report).to_contain_text("Your handler returned after one message")
        await expect(report).to_contain_text("close code 1006")
        await expect(report.locator("figure")).to_be_visible()
        await report.scroll_into_view_if_needed()
        await book.picture("report-failed")
