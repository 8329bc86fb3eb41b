"""The lessons in a real JupyterLab, in a real browser, near and far."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import course
from tests.lab import FAR, NEAR, Lab
from tests.notebook_page import NotebookPage, notebook
from tests.ports import lasting
from tests.server_page import manner, ready, state, use

pytestmark = pytest.mark.asyncio(loop_scope="session")


def only_expected(opened: NotebookPage, lab: Lab, host: str) -> None:
    """A near browser asks JupyterLab and the servers; a far one has JupyterLab only."""
    others = opened.hosts - {f"{host}:{lab.port}"}
    assert len(others) == len(opened.hosts) - 1
    if host == NEAR:
        others = {other for other in others if not other.startswith("127.0.0.1:")}
    assert others == set()


def shows_a_page(cell: dict) -> bool:
    """Whether the cell's result is a server's page, as `page` in ws101 makes it."""
    shown = [out["data"].get("text/html", "") for out in cell["outputs"] if "data" in out]
    return any("<iframe" in "".join(html) for html in shown)


def pages(lesson: str) -> list[int]:
    """Which of the lesson's code cells show a server's page."""
    cells = course.code_cells(course.read(lesson))
    return [index for index, cell in enumerate(cells) if re.search(r"^page\(", cell.source, re.M)]


async def talk_to_its_pages(opened: NotebookPage, lesson: str, way: str) -> None:
    """As a learner does who comes as far as each page and uses it."""
    first, *others = pages(lesson)
    await opened.run_through(first)
    for cell, following in zip([first, *others], [*others, None], strict=True):
        await use(opened.frame(cell))
        await opened.picture(f"{lesson}-page-{cell}-{way}")
        if following:
            await opened.run_on(cell + 1, to=following)


@pytest.mark.parametrize("lesson", course.LESSONS)
async def test_run_all(lesson, lab, chromium):
    """Run All to its end; then from the top, as far as each page."""
    on_purpose = {c.id for c in course.read(lesson).cells if course.fails_on_purpose(c)}
    async with notebook(chromium, lab, lesson, NEAR) as opened:
        await opened.run_all()
        cells = await opened.cells()
        await opened.pictures(lesson)
        assert set(await opened.raised()) == on_purpose
        assert [index for index, cell in enumerate(cells) if shows_a_page(cell)] == pages(lesson)
        await talk_to_its_pages(opened, lesson, "direct")
        only_expected(opened, lab, NEAR)


@pytest.mark.parametrize("lesson", course.LESSONS)
async def test_pages_of_a_lesson_from_afar(lesson, lab, chromium):
    """The same where the browser cannot reach the servers: their pages come through the proxy."""
    async with notebook(chromium, lab, lesson, FAR) as opened:
        await talk_to_its_pages(opened, lesson, "proxied")
        only_expected(opened, lab, FAR)


SERVE, SHOW, SHOW_PROXIED, STOP = range(4)


@pytest.fixture
def every_page(lab) -> str:
    """A notebook in which each server is served, shown twice, and stopped."""
    cells = ["from ws101 import page, serve"]
    for server in course.SERVERS:
        cells += [
            f'{server} = serve("servers/{server}.py", port={lasting()})',
            f"page({server})",
            f'page({server}, via="proxy")',
            f"{server}.stop()",
        ]
    python = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    content = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=python)
    nbformat.write(content, lab.root / "notebooks" / "every_page.ipynb")
    return "every_page"


@pytest.mark.parametrize("host", [NEAR, FAR], ids=["direct", "proxied"])
async def test_page_answers_and_survives_the_servers_restart(host, every_page, lab, chromium):
    async with notebook(chromium, lab, every_page, host) as opened:
        await opened.run_cell(0)
        for number, server in enumerate(course.SERVERS):
            cell = 1 + 4 * number
            for step in (SERVE, SHOW, SHOW_PROXIED):
                await opened.run_cell(cell + step)
            assert await opened.comes_through_lab(cell + SHOW) == (host == FAR)
            assert await opened.comes_through_lab(cell + SHOW_PROXIED)
            frames = [opened.frame(cell + step) for step in (SHOW, SHOW_PROXIED)]
            for page in frames:
                await use(page)
            await opened.run_cell(cell + STOP)
            for page in frames:
                await state(page, "closed with code")
            await opened.picture(f"{server}-closed-{host}")
            await opened.run_cell(cell + SERVE)
            for page in frames:
                await use(page)
        only_expected(opened, lab, host)


async def test_page_in_the_notebook_by_keyboard_alone(every_page, lab, chromium):
    """The Tab key leads from the cell into the page's first control, and its keys do their work."""
    async with notebook(chromium, lab, every_page, NEAR) as opened:
        await opened.run_through(1 + SHOW)
        page = opened.frame(1 + SHOW)
        await ready(page)
        how = await manner(page)
        first = page.get_by_role(how.control)
        for _ in range(20):
            await opened.page.keyboard.press("Tab")
            if await first.evaluate("(one) => one.matches(':focus')"):
                break
        else:
            pytest.fail("The Tab key never came to the page's first control.")
        async with how.answers(page):
            await opened.page.keyboard.type(how.keys)
