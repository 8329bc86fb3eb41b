"""The course as the tests see it: its manifest, its notebooks, and copies to work in."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from ws101.course import ROOT, lessons

LESSONS = [lesson.id for lesson in lessons()]
SERVERS = sorted({server for lesson in lessons() for server in lesson.servers})


def read(lesson: str) -> nbformat.NotebookNode:
    """The lesson's notebook as it is in the tree. `FileNotFoundError` when it is not."""
    return nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Its code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def fails_on_purpose(cell: nbformat.NotebookNode) -> bool:
    """Whether the cell says that it raises."""
    return "raises-exception" in cell.metadata.get("tags", ())


def copy(to: Path) -> Path:
    """Put what a learner works with into the folder `to`, so that the tree stays as it is."""
    for part in ("benchmarks", "notebooks", "servers", "ws101"):
        shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(ROOT / "course.toml", to)
    return to


def artifact(name: str) -> Path:
    """Where a picture of that name is kept for a person to look at. git ignores the folder."""
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.png"
