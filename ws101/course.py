"""The manifest, course.toml: the lessons in order, and the exercises of each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds course.toml, notebooks/, exercises/ and solutions/."""


@dataclass(frozen=True)
class Lesson:
    """One lesson, as course.toml describes it.

    Attributes:
        id: its number and name, "02_echo", as its notebooks are called.
        title, question: in a few words; what it answers.
        read, do: minutes.
        servers: the names of its files in servers/.
        exercises: the title of each exercise by the name of its check, in order.
    """

    id: str
    title: str
    question: str
    read: int
    do: int
    servers: tuple[str, ...] = ()
    exercises: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.id[:2]

    @property
    def notebook(self) -> str:
        """The lesson's notebook, from ROOT."""
        return f"notebooks/{self.id}.ipynb"

    @property
    def exercise_notebook(self) -> str:
        """The notebook that holds its exercises, from ROOT."""
        return f"exercises/{self.id}.ipynb"

    @property
    def solution_notebook(self) -> str:
        """The source of its exercises, from ROOT."""
        return f"solutions/{self.id}.ipynb"


def parse(text: str) -> list[Lesson]:
    """The lessons that a manifest describes. `ValueError` names what is wrong with it."""
    lessons = []
    for entry in tomllib.loads(text).get("lesson", []):
        lessons.append(_lesson(entry))
    names = [name for lesson in lessons for name in lesson.exercises]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"course.toml names an exercise twice: {', '.join(sorted(twice))}.")
    return lessons


def _lesson(entry: dict[str, Any]) -> Lesson:
    try:
        return Lesson(
            id=entry["id"],
            title=entry["title"],
            question=entry["question"],
            read=entry["minutes"]["read"],
            do=entry["minutes"]["do"],
            servers=tuple(entry.get("servers", ())),
            exercises=entry.get("exercises", {}),
        )
    except KeyError as missing:
        raise ValueError(f"course.toml: lesson {entry.get('id', '?')} has no {missing}.") from None


@cache
def lessons() -> list[Lesson]:
    """The lessons of this course in order; none where the kit is installed without it."""
    manifest = ROOT / "course.toml"
    return parse(manifest.read_text("utf-8")) if manifest.is_file() else []


def lesson_of(exercise: str) -> Lesson | None:
    """The lesson that an exercise belongs to, by the name of its check."""
    return next((lesson for lesson in lessons() if exercise in lesson.exercises), None)
