"""The notebooks as files: laid out in one way, short, and readable for everyone."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import mistune
import nbformat
import pytest

from tests import course
from tools.notebook_format import canonical

NOTEBOOKS = course.ROOT / "notebooks"

# The hosts that a lesson may send its reader to: documentation, standards, and on GitHub the
# source of a library. Nothing is fetched here.
DOCUMENTATION = {
    "developer.mozilla.org",
    "docs.pydantic.dev",
    "docs.python.org",
    "fastapi.tiangolo.com",
    "github.com",
    "ipython.readthedocs.io",
    "starlette.dev",
    "uvicorn.dev",
    "websockets.readthedocs.io",
    "websockets.spec.whatwg.org",
    "www.iana.org",
    "www.rfc-editor.org",
}


@pytest.fixture(params=course.LESSONS)
def lesson(request) -> str:
    return request.param


class Reader(HTMLParser):
    """Notes what a browser would find in the HTML that a lesson's text becomes."""

    def __init__(self, lesson: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        for cell in course.read(lesson).cells:
            if cell.cell_type == "markdown":
                self.feed(mistune.html(cell.source))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag == "a":
            self.links.append(dict(attributes)["href"])
        elif tag == "img":
            self.images.append(dict(attributes))


def test_laid_out_in_the_one_way(lesson):
    """So without outputs, run counts and metadata; and saving it again changes nothing."""
    text = (NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8")
    content = nbformat.reads(text, as_version=4)
    nbformat.validate(content)
    assert text == canonical(content), "Mend it with: tools/sync --write"
    assert text == nbformat.writes(content) + "\n", "JupyterLab would save it otherwise"


def test_ids_are_readable(lesson):
    """And unique: nbformat warns of two that are alike, and a warning is an error here."""
    ids = [cell.id for cell in course.read(lesson).cells]
    assert [one for one in ids if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", one)] == []


def test_the_only_tag_is_raises_exception(lesson):
    cells = course.read(lesson).cells
    tagged = [cell for cell in cells if cell.metadata]
    assert {tuple(cell.metadata.tags) for cell in tagged} <= {("raises-exception",)}
    assert {cell.cell_type for cell in tagged} <= {"code"}


def test_cells_are_short(lesson):
    """Half of them have five lines or fewer; copies of servers are as long as the server."""
    cells = course.code_cells(course.read(lesson))
    own = [cell.source for cell in cells if not cell.source.startswith("# servers/")]
    assert statistics.median(len(source.splitlines()) for source in own) <= 5
    assert [cell.id for cell in cells if not cell.source.strip()] == []


def test_headings_go_down_by_one(lesson):
    levels = Reader(lesson).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_links_lead_somewhere(lesson):
    """To a file of the course, or over https to documentation.

    Never into the middle of a notebook: JupyterLab and GitHub name its headings differently.
    """
    links = Reader(lesson).links
    assert links
    for link in links:
        scheme, host, path, query, fragment = urlsplit(link)
        if host:
            assert scheme == "https", link
            assert host in DOCUMENTATION, link
        else:
            assert (scheme, query, fragment) == ("", "", ""), link
            assert (NOTEBOOKS / unquote(path)).is_file(), link


def test_pictures_say_what_they_show(lesson):
    assert [image for image in Reader(lesson).images if not (image.get("alt") or "").strip()] == []


@pytest.mark.parametrize(
    "check",
    [("ruff", "check"), ("ruff", "format", "--check"), ("codespell_lib",)],
    ids=["ruff check", "ruff format", "codespell"],
)
def test_checks_pass(check):
    command = [sys.executable, "-m", *check, "notebooks"]
    ran = subprocess.run(command, cwd=course.ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
