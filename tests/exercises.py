"""The exercises as the tests see them: their notebooks, and answers, each tried in a process.

python -m tests.exercises            # try every wrong answer and write what differs
python -m tests.exercises 02_echo    # those of one exercise
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat

from tools.exercises import starter
from ws101 import course
from ws101.check.solutions import BEGIN, is_check

WRONG = course.ROOT / "tests" / "wrong_answers"
AT_ONCE = 4  # checks wait more than they work
WITHIN = 120  # seconds: a deadline that only a hang reaches

NAMES = [(lesson.id, name) for lesson in course.lessons() for name in lesson.exercises]


@dataclass(frozen=True)
class Tried:
    """What a check said of an answer."""

    verdict: str
    summary: str
    seconds: float


def folder(lesson: str, name: str) -> Path:
    """Where an exercise's wrong answers are."""
    return WRONG / f"{lesson[:2]}_{name}"


def wrong_answers() -> list[tuple[str, str, Path]]:
    """Each wrong answer with its lesson and the name of its exercise."""
    return [
        (lesson, name, path)
        for lesson, name in NAMES
        for path in sorted(folder(lesson, name).glob("*.py"))
    ]


def golden(path: Path) -> str:
    """The golden text of a wrong answer, each character as it was written."""
    return path.with_suffix(".txt").read_bytes().decode()


def keep(path: Path, summary: str) -> None:
    """Write the golden text of a wrong answer."""
    path.with_suffix(".txt").write_bytes(summary.encode())


def stated(path: Path) -> str:
    """The verdict that a wrong answer says it should get, in its first line."""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition(":")[0]


@cache
def solutions(lesson: str) -> nbformat.NotebookNode:
    """The notebook that is the source of a lesson's exercises."""
    return nbformat.read(course.ROOT / "solutions" / f"{lesson}.ipynb", as_version=4)


def attempt(lesson: str, name: str, answer: Path | None = None, *, start: bool = False) -> Tried:
    """Run the notebook's cells up to the check, and the check.

    Args:
        lesson, name: which exercise.
        answer: a file to run in place of the cells that hold the solution.
        start: run what a learner starts from in place of them.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    pending: list[nbformat.NotebookNode] = []
    for cell in solutions(lesson).cells:
        if cell.cell_type != "code":
            continue
        if is_check(cell.source, name):
            return _check(cell, pending, namespace, answer, start)
        if re.search(r"\bcheck\.\w+\(", cell.source):
            pending = []  # of another exercise
        elif BEGIN in cell.source:
            pending.append(cell)
        else:
            _execute(cell.source, f"{lesson}, cell {cell.id}", namespace)
    raise LookupError(f"solutions/{lesson}.ipynb has no cell that calls check.{name}.")


def _check(cell, pending, namespace, answer: Path | None, start: bool) -> Tried:
    if answer is not None:
        _execute(answer.read_text("utf-8"), str(answer), namespace)
    else:
        for one in pending:
            _execute(starter(one.source) if start else one.source, f"cell {one.id}", namespace)
    body = ast.parse(cell.source).body
    assert isinstance(body[-1], ast.Expr), f"cell {cell.id} does not end with its check"
    exec(compile(ast.Module(body[:-1], []), "check", "exec"), namespace)
    report = eval(compile(ast.Expression(body[-1].value), "check", "eval"), namespace)
    return Tried(str(report.verdict), normal(report.summary()), report.seconds)


def _execute(source: str, file: str, namespace: dict[str, Any]) -> None:
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    exec(compile(source, file, "exec", dont_inherit=True), namespace)  # a cell has no __future__


def normal(summary: str) -> str:
    """A report's text without what differs from run to run."""
    summary = summary.replace(f"{course.ROOT}{os.sep}", "")
    summary = re.sub(r"\b\d+\.\d s\b", "0.0 s", summary)
    summary = re.sub(r"(errors\.pydantic\.dev)/\d+\.\d+", r"\1/VERSION", summary)
    summary = re.sub(r"\b127\.0\.0\.1:\d+", "127.0.0.1:PORT", summary)
    summary = re.sub(r"\('127\.0\.0\.1', \d+\)", "('127.0.0.1', PORT)", summary)
    return re.sub(r"\b0x[0-9a-f]{6,}\b", "0xADDRESS", summary) + "\n"


def pool() -> ProcessPoolExecutor:
    """Processes to try answers in: what one leaves behind does not meet the next one's."""
    return ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn"), initializer=_apart)


def _apart() -> None:
    record = Path(tempfile.mkdtemp(prefix="ws101-"), "progress.jsonl")
    os.environ["WS101_PROGRESS"] = str(record)


def main() -> None:
    """Write the golden texts."""
    chosen = [w for w in wrong_answers() if not sys.argv[1:] or w[2].parent.name in sys.argv[1:]]
    with pool() as tries:
        running = [(path, tries.submit(attempt, l, n, path)) for l, n, path in chosen]  # noqa: E741
        for path, future in running:
            tried = future.result(WITHIN)
            known = path.with_suffix(".txt").exists()
            mark = " " if known and golden(path) == tried.summary else "*"
            keep(path, tried.summary)
            fits = "" if tried.verdict == stated(path) else f"  (it says: {stated(path)})"
            print(f"{mark} {path.parent.name}/{path.stem:24} {tried.verdict:14}"
                  f"{tried.seconds:5.1f} s{fits}")  # fmt: skip


if __name__ == "__main__":
    main()
