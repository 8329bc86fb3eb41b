"""A notebook open in JupyterLab, used as a person uses it: by its menus, its keys and its eyes."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import nbformat
from playwright.async_api import Browser, FrameLocator, Locator, Page, TimeoutError, expect

from tests import course
from tests.lab import Lab

WITHIN = 120_000  # milliseconds

# The prompts of the code cells as they are seen: "[ ]:", "[*]:" or "[7]:".
PROMPTS = """[...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")]
    .map((prompt) => prompt.textContent)"""
# Where each code cell stands among all cells.
PLACES = """[...document.querySelectorAll(".jp-Notebook-cell")]
    .flatMap((cell, place) => cell.matches(".jp-CodeCell") ? [place] : [])"""
SELECT = """(place) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = place;
    notebook.activate();
}"""
SCROLL_TO_PART = """(panel, part) => {
    panel.scrollTop = part * panel.clientHeight;
    const cells = panel.querySelector(".jp-WindowedPanel-viewport");
    return cells.getBoundingClientRect().bottom - panel.getBoundingClientRect().bottom;
}"""
MODEL = "jupyterapp.shell.currentWidget.content.model.toJSON()"


class NotebookPage:
    """One notebook in one browser.

    Attributes:
        page: the browser's page.
        hosts: `host:port` of every request and WebSocket so far, frames included.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        self._runs = 0
        page.context.on("request", lambda request: self._note(request.url))
        page.on("websocket", lambda socket: self._note(socket.url))

    def _note(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(url).netloc)

    async def idle(self) -> None:
        """Wait until the status bar says that the kernel is idle."""
        await expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle")

    async def complete(self, cells: int) -> None:
        """Wait until all of them are on the page: JupyterLab adds them one by one."""
        await expect(self.page.locator(".jp-Notebook-cell")).to_have_count(cells)

    async def run_all(self) -> None:
        """Run > Run All Cells, to its end. `AssertionError` names the prompts if it has none."""
        await self._menu("runmenu:run-all")
        await self._ran(PROMPTS)

    async def cells(self) -> list[dict[str, Any]]:
        """The code cells as JupyterLab would save them, outputs included."""
        cells = (await self.page.evaluate(MODEL))["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code"]

    async def raised(self) -> dict[str, str]:
        """The error of each cell that raised, by the cell's id."""
        return {
            cell["id"]: f"{output['ename']}: {output['evalue']}"
            for cell in await self.cells()
            for output in cell["outputs"]
            if output["output_type"] == "error"
        }

    async def run_through(self, cell: int) -> None:
        """Run the code cells from the first to the one with that index."""
        if cell:
            await self._select(cell)
            await self._menu("notebook:run-all-above")
            await self._ran(f"{PROMPTS}.slice(0, {cell})")
        await self.run_cell(cell)

    async def run_on(self, cell: int, to: int) -> None:
        """Run the code cells from the one to the other, with Shift+Enter for each cell."""
        await self._select(cell)
        places = await self.page.evaluate(PLACES)
        for _ in range(places[cell], places[to] + 1):
            await self.page.keyboard.press("Shift+Enter")
        await self._ran(f"{PROMPTS}.slice({cell}, {to + 1})")

    async def run_cell(self, cell: int) -> None:
        """Run the code cell with that index, by keyboard. It stays selected."""
        await self._select(cell)
        await self.page.keyboard.press("Control+Enter")
        await self._ran(f"{PROMPTS}.slice({cell}, {cell + 1})")

    def frame(self, cell: int) -> FrameLocator:
        """The server's page that a code cell shows."""
        return self._iframe(cell).content_frame

    async def comes_through_lab(self, cell: int) -> bool:
        """Whether that page's address is JupyterLab's own host, and so its proxy."""
        source = await self._iframe(cell).get_attribute("src")
        return urlsplit(source).netloc == urlsplit(self.page.url).netloc

    async def picture(self, name: str) -> None:
        """Keep a picture of what is in view as artifacts/NAME.png."""
        await self.page.screenshot(path=course.artifact(name))

    async def pictures(self, name: str) -> None:
        """Keep pictures of the whole notebook, from its top, as artifacts/NAME-1.png and on."""
        usual = self.page.viewport_size
        await self.page.set_viewport_size(usual | {"height": 3000})
        panel = self.page.locator(".jp-WindowedPanel-outer")
        for part in range(20):
            below = await panel.evaluate(SCROLL_TO_PART, part)
            await self.picture(f"{name}-{part + 1}")
            if below <= 0:
                break
        await self.page.set_viewport_size(usual)

    def _iframe(self, cell: int) -> Locator:
        return self.page.locator(".jp-CodeCell").nth(cell).locator("iframe")

    async def _select(self, cell: int) -> None:
        """Without the mouse: what renders meanwhile moves cells from under it."""
        place = (await self.page.evaluate(PLACES))[cell]
        await self.page.evaluate(SELECT, place)

    async def _menu(self, command: str) -> None:
        await self.page.get_by_role("menuitem", name="Run", exact=True).click()
        await self.page.locator(f".lm-Menu [data-command='{command}']").click()

    async def _ran(self, prompts: str) -> None:
        """Wait until each prompt has a number that is higher than all had before."""
        higher = f"{prompts}.every((text) => parseInt(text.slice(1)) > {self._runs})"
        try:
            await self.page.wait_for_function(higher, timeout=WITHIN)
        except TimeoutError:
            seen = await self.page.evaluate(prompts)
            raise AssertionError(
                f"Not run to the end in {WITHIN / 1000} s: {seen}. Raised: {await self.raised()}"
            ) from None
        self._runs = max(int(re.sub(r"\D", "", t) or 0) for t in await self.page.evaluate(PROMPTS))
        await self.idle()


@asynccontextmanager
async def notebook(chromium: Browser, lab: Lab, name: str, host: str):
    """Open a notebook in a browser that has seen nothing before; its kernel ends after.

    Args:
        host: under which name the browser reaches JupyterLab.
    """
    context = await chromium.new_context(viewport={"width": 1280, "height": 1000})
    page = await context.new_page()
    try:
        opened = NotebookPage(page)
        await page.goto(lab.address(name, host))
        await opened.idle()
        content = nbformat.read(lab.root / "notebooks" / f"{name}.ipynb", as_version=4)
        await opened.complete(cells=len(content.cells))
        yield opened
    except BaseException:
        await page.screenshot(path=course.artifact(f"failed-{name}-{host}"))
        raise
    finally:
        await context.close()
        lab.end_kernels()
