"""A server's own page, used as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import FrameLocator, Page, expect

Shown = Page | FrameLocator

# What a page showed at the moment its button was pressed: another page may have changed it just
# before, with the news of that still on the way to this one.
NOTE_LIGHT = """(button) => button.addEventListener("click", () => {
    button.dataset.was = document.getElementById("light").textContent;
}, {capture: true, once: true})"""


@asynccontextmanager
async def _one_more(page: Shown, answer: str):
    answers = page.get_by_role("listitem").filter(has_text=answer)
    before = await answers.count()
    yield
    await expect(answers).to_have_count(before + 1)
    await expect(page.get_by_role("textbox")).to_have_value("")


@asynccontextmanager
async def _the_other_state(page: Shown):
    button = page.get_by_role("button")
    await button.evaluate(NOTE_LIGHT)
    yield
    was = await button.get_attribute("data-was")
    assert was in ("on", "off")
    await expect(page.locator("#light")).to_have_text("off" if was == "on" else "on")


@asynccontextmanager
async def _another_beat(page: Shown):
    beats = page.locator("#beats")
    await expect(beats).to_have_text(re.compile(r"\d+"))
    before = await beats.text_content()
    yield
    await expect(beats).not_to_have_text(before)
    assert int(await beats.text_content()) > int(before)


class Manner(NamedTuple):
    """How a page is used.

    Attributes:
        control: the role of what has the focus first. None where there is nothing to use.
        keys: what is typed there; the line's end is the Enter key.
        answers: `async with answers(page):` around that waits for what the page must show then.
    """

    control: str | None
    keys: str
    answers: Callable[[Shown], AbstractAsyncContextManager[None]]


def _says(answer: str) -> Manner:
    return Manner("textbox", "Ana\n", partial(_one_more, answer=answer))


SWITCH = Manner("button", " ", _the_other_state)

# By the title of the page, which is its server's name.
MANNERS = {
    "broadcast": _says("Ana"),
    "echo": _says("Message text was: Ana"),
    "echo_types": _says('The server got {"kind":"text","characters":3,"bytes":3}'),
    "heartbeat": Manner(None, "", _another_beat),
    "hello": _says("Hello, Ana!"),
    "toggle": SWITCH,
    "toggle_json": SWITCH,
}
OTHER = _says("Ana")  # a page that a lesson writes itself


async def manner(page: Shown) -> Manner:
    """How this page is used."""
    return MANNERS.get(await page.locator("title").text_content(), OTHER)


async def state(page: Shown, text: str) -> None:
    """Wait until the page says that its connection is in that state."""
    await expect(page.locator("#state")).to_contain_text(text)


async def ready(page: Shown) -> None:
    """Wait until it is connected, and nothing on it is "not yet" known."""
    await state(page, "open")
    await expect(page.get_by_text("not yet")).to_have_count(0)


async def use(page: Shown) -> None:
    """Do with the page what it is for, by its keys, and see it answer."""
    await ready(page)
    how = await manner(page)
    async with how.answers(page):
        if how.control:
            await page.get_by_role(how.control).press_sequentially(how.keys)


async def accessibility(page: Page, node_modules: Path) -> list[str]:
    """What axe-core finds wrong with the page as it is now, a line each.

    https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
    """
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(path=node_modules / "axe-core" / "axe.min.js")
        # What a browser paints where a page names no colour. axe-core takes it for white, always.
        await page.add_style_tag(content=":where(html) { background: Canvas }")
    found = await page.evaluate("axe.run()")
    assert found["passes"], "axe-core tried nothing"
    return [
        f"{rule['id']}: {rule['help']}: {node['html']}"
        for rule in found["violations"] + found["incomplete"]
        for node in rule["nodes"]
    ]
