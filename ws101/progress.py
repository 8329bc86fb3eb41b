"""What this learner has done: the manifest joined with the checks that passed.

It is remembered in one file, a line for each exercise. A line is only ever added, in one write, so
two notebooks cannot lose each other's, and a line that was cut off harms no other. What cannot be
read stays in the file, and `progress()` says so.
"""

from __future__ import annotations

import html
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ws101 import course
from ws101.course import Lesson

BAR = 20  # characters
LEFT = 'style="text-align: left"'  # JupyterLab aligns what is in tables to the right


def file() -> Path:
    """Where it is remembered.

    What the environment variable WS101_PROGRESS names; else `.progress.jsonl` beside course.toml;
    else, where that folder is not the learner's to write in, in the user's folder for such data.
    """
    if named := os.environ.get("WS101_PROGRESS"):
        return Path(named).expanduser()
    here = course.ROOT / ".progress.jsonl"
    if os.access(here if here.exists() else here.parent, os.W_OK) and course.lessons():
        return here
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "ws101" / "progress.jsonl"


def remember(exercise: str) -> None:
    """Note that an exercise was passed now. Does nothing if it was before. May raise `OSError`."""
    if exercise in passed():
        return
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    line = json.dumps({"passed": exercise, "at": when}) + "\n"
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as out:
        # The last line may have been cut off: then this one begins on a line of its own.
        out.write(("" if _ends_whole(path) else "\n").encode() + line.encode())


def passed() -> dict[str, str]:
    """The exercises that were passed, by the name of the check, and when: ISO 8601, local time."""
    return _read()[0]


def _read() -> tuple[dict[str, str], list[str]]:
    """What was passed, and the lines that cannot be read."""
    try:
        lines = file().read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}, []
    known: dict[str, str] = {}
    unreadable = []
    for line in filter(str.strip, lines):
        try:
            entry = json.loads(line)
            known.setdefault(str(entry["passed"]), str(entry["at"]))
        except (ValueError, KeyError, TypeError):
            unreadable.append(line)
    return known, unreadable


def _ends_whole(path: Path) -> bool:
    """Whether the file is empty, or its last line has an end."""
    with path.open("rb") as content:
        size = content.seek(0, os.SEEK_END)
        if size == 0:
            return True
        content.seek(size - 1)
        return content.read(1) == b"\n"


@dataclass(frozen=True)
class Progress:
    """The course and what of it is done. A notebook shows it, `print` writes it.

    Attributes:
        lessons: of the course, in order.
        passed: when each exercise was passed, by the name of its check.
        unreadable: lines of the file that cannot be read.
    """

    lessons: list[Lesson]
    passed: dict[str, str]
    unreadable: list[str]

    @property
    def done(self) -> int:
        """How many exercises of the course are passed."""
        return sum(name in self.passed for lesson in self.lessons for name in lesson.exercises)

    @property
    def total(self) -> int:
        """How many exercises the course has."""
        return sum(len(lesson.exercises) for lesson in self.lessons)

    @property
    def next(self) -> tuple[Lesson, str] | None:
        """The first exercise that is not passed, as its lesson and the name of its check."""
        pairs = ((lesson, name) for lesson in self.lessons for name in lesson.exercises)
        return next((pair for pair in pairs if pair[1] not in self.passed), None)

    def __str__(self) -> str:
        filled = round(BAR * self.done / self.total) if self.total else 0
        lines = [f"[{'#' * filled}{'.' * (BAR - filled)}] {self._count()}", ""]
        for lesson in self.lessons:
            lines.append(f"{lesson.number} {lesson.title}: {lesson.question}")
            for name, title in lesson.exercises.items():
                lines.append(f"   {self._state(name):8} {title}")
        if self.next is not None:
            lesson, name = self.next
            lines += ["", f"Next: {lesson.exercises[name]}, in {lesson.exercise_notebook}"]
        return "\n".join([*lines, *self._complaints()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(self._row(lesson) for lesson in self.lessons)
        following = ""
        if self.next is not None:
            lesson, name = self.next
            title = lesson.exercises[name]
            following = f"<p>Next: {_link(lesson.exercise_notebook, title, title)}</p>"
        return (
            f'<p><progress max="{self.total}" value="{self.done}" aria-hidden="true"></progress> '
            f"{self._count()}</p><table aria-label='Your progress'>"
            f'<thead><tr><th scope="col" {LEFT}>#</th><th scope="col" {LEFT}>Lesson</th>'
            f'<th scope="col" {LEFT}>Exercises</th><th scope="col" {LEFT}>Passed</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>{following}"
            + "".join(f"<p>{html.escape(complaint)}</p>" for complaint in self._complaints())
        )

    def _row(self, lesson: Lesson) -> str:
        exercises = "<br>".join(
            f"{_link(lesson.exercise_notebook, title, title)} <small>{self._state(name)}</small>"
            for name, title in lesson.exercises.items()
        )
        done = sum(name in self.passed for name in lesson.exercises)
        count = f"{done} of {len(lesson.exercises)}" if lesson.exercises else ""
        return (
            f'<tr><td {LEFT}>{lesson.number}</td><th scope="row" {LEFT}>'
            f"{_link(lesson.notebook, lesson.title)}</th><td {LEFT}>{exercises}</td>"
            f"<td {LEFT}>{count}</td></tr>"
        )

    def _state(self, name: str) -> str:
        return "✔ passed" if name in self.passed else "○ open"

    def _count(self) -> str:
        return f"{self.done} of {self.total} exercises passed"

    def _complaints(self) -> list[str]:
        if not self.unreadable:
            return []
        return [
            f"Of {file()} this cannot be read, and is left there as it is: "
            + " ".join(self.unreadable)[:80]
        ]


def progress() -> Progress:
    """The course as a table: its lessons and exercises, what of it is done, and what is next."""
    known, unreadable = _read()
    return Progress(course.lessons(), known, unreadable)


def _link(path: str, text: str, heading: str = "") -> str:
    """A link that JupyterLab follows from the notebook that it is shown in."""
    target = Path(os.path.relpath(course.ROOT / path)).as_posix()
    anchor = "#" + heading.replace(" ", "-") if heading else ""
    return f'<a href="{html.escape(target + anchor)}">{html.escape(text)}</a>'
