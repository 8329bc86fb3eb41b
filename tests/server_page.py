"""A server's own page, used as a person uses it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import FrameLocator, Page, expect

# What each server's page answers when "Ana" is typed into it.
ANSWERS = {
    "hello": "Hello, Ana!",
    "echo": "Message text was: Ana",
    "echo_types": 'The server got {"kind":"text","characters":3,"bytes":3}',
}


async def state(page: Page | FrameLocator, text: str) -> None:
    """Wait until the page says that its connection is in that state."""
    await expect(page.locator("#state")).to_contain_text(text)


async def converse(page: Page | FrameLocator, answer: str) -> None:
    """Type "Ana" and the Enter key into the page, and see that answer come once."""
    answers = page.get_by_role("listitem").filter(has_text=answer)
    before = await answers.count()
    await state(page, "open")
    await page.get_by_role("textbox").press_sequentially("Ana")
    await page.get_by_role("textbox").press("Enter")
    await expect(answers).to_have_count(before + 1)
    await expect(page.get_by_role("textbox")).to_have_value("")


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
