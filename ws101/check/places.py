"""Lines of the learner's own code: which they are, and how to name one."""

from __future__ import annotations

import asyncio
import inspect
import linecache
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

from ws101 import course, threads

_KIT = str(Path(__file__).resolve().parent.parent)  # the kit's lines are not the learner's
_SERVERS = f"{course.ROOT / 'servers'}{os.sep}"  # nor are the course's, which an answer may use
_FRAMES = 12  # lines of a trace that are shown

_answer = ""  # the file that is tried, by one check at a time


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the learner's code."""

    file: str
    line: int
    source: str

    def __str__(self) -> str:
        return f"line {self.line} of {label(self.file)}: {self.source}"

    def excerpt(self, around: int = 2) -> list[tuple[int, str]]:
        """The line and those around it, with their numbers; empty if the source is gone."""
        lines = linecache.getlines(self.file)
        first = max(1, self.line - around)
        numbered = list(enumerate(map(str.rstrip, lines), 1))[first - 1 : self.line + around]
        while numbered and not numbered[-1][1]:
            numbered.pop()
        return numbered


def try_file_of(function: Any) -> None:
    """From now on the file of this function is the learner's, even if it is one of servers/."""
    global _answer
    try:
        _answer = inspect.getfile(function)
    except (TypeError, OSError):  # an object, a builtin, or a class made in a notebook
        _answer = ""


def own(file: str) -> bool:
    """Whether a file is the learner's: no library's, not the kit's, and none of servers/."""
    if threads.is_library(file) or file.startswith((_KIT, "<frozen")):
        return False
    return file == _answer or not file.startswith(_SERVERS)


def label(file: str) -> str:
    """What to call a file: `cell In[5]` in a notebook, else its name."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    named = shell and hasattr(shell, "compile") and shell.compile.format_code_name(file)
    return f"cell {named[1]}" if named else Path(file).name


def of_frames(frames: Iterable[traceback.FrameSummary]) -> list[Place]:
    """The learner's lines among the frames of a stack, in the same order."""
    return [Place(f.filename, f.lineno or 0, f.line or "") for f in frames if own(f.filename)]


def of_error(error: BaseException) -> list[Place]:
    """The learner's lines that an exception came through, outermost first."""
    return of_frames(traceback.extract_tb(error.__traceback__))


def of_coroutine(awaiting: Any) -> list[Place]:
    """The learner's lines at which a suspended coroutine stands, outermost first."""
    return of_frames(threads.awaited(awaiting))


def of_caller(frame: FrameType | None) -> Place | None:
    """The innermost line of the learner's that is being executed, from `frame` outwards."""
    while frame is not None:
        file = frame.f_code.co_filename
        if own(file):
            return Place(file, frame.f_lineno, linecache.getline(file, frame.f_lineno).strip())
        frame = frame.f_back
    return None


def trace(places: list[Place]) -> list[str]:
    """The lines of a trace as text. A line that calls itself over and over is counted instead."""
    lines = []
    for place, repeats in groupby(places):
        count = len(list(repeats))
        lines.append(str(place) + (f"  (and {count - 1:,} times more)" if count > 1 else ""))
    if len(lines) > _FRAMES:
        left_out = f"… {len(lines) - _FRAMES:,} lines between"
        lines[_FRAMES // 2 : -_FRAMES // 2] = [left_out]
    return lines


@dataclass(frozen=True)
class Stand:
    """Where a coroutine of the learner's stands.

    Attributes:
        lines: the learner's lines, outermost first; none if it has ended.
        seconds: for how long nothing has happened there.
        listening: whether it waits for a message, as it should between two.
        client: whose handler it is, by the name that the report uses; empty if there is none.
    """

    lines: list[Place]
    seconds: float
    listening: bool = False
    client: str = ""


def stand(task: asyncio.Task[Any] | None, since: float, *, listening: bool = False) -> Stand:
    """Where a task stands that was last heard of at `since`. To be asked on its own loop."""
    if task is None or task.done():
        return Stand([], 0.0)
    lines = of_coroutine(task.get_coro())
    return Stand(lines, time.monotonic() - since, listening)


def of_tasks() -> list[Place]:
    """The learner's lines at which the tasks of the running loop stand."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return [place for task in tasks for place in of_coroutine(task.get_coro())]


def of_thread(thread: threading.Thread) -> list[Place]:
    """The learner's lines in which a thread is, outermost first."""
    return of_frames(threads.stack(thread))
