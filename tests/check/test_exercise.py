"""An exercise from its learner's side: hints, solution, progress."""

import json
from types import SimpleNamespace

import pytest
from fastapi import WebSocket

from tests.check.answers import app_of, echo_exercise, right
from ws101 import check, course, progress
from ws101.check import Verdict, missing
from ws101.check.exercise import Exercise
from ws101.check.kinds import App
from ws101.check.solutions import Solution, read, solved
from ws101.course import parse
from ws101.progress import passed

MANIFEST = """
[[lesson]]
id = "77_tried"
title = "Tried"
question = "Does it work?"
minutes = { read = 1, do = 1 }
exercises = { tried = "A thing to try" }
"""


async def wrong(ws: WebSocket):
    await ws.accept()


@pytest.fixture
def in_the_course(monkeypatch, tmp_path):
    """A course with the exercise `tried`, and its source."""
    monkeypatch.setattr(course, "lessons", lambda: parse(MANIFEST))
    monkeypatch.setattr(course, "ROOT", tmp_path)
    cells = [
        ("markdown", "## Another", []),
        ("code", "# BEGIN SOLUTION\nanother = 1\n# END SOLUTION", []),
        ("code", "check.another(another)", []),
        ("markdown", "Not this one.", ["solution"]),
        ("markdown", "## A thing to try: see check.tried(app)", []),
        ("code", "x = 1", []),
        ("code", "def f():\n    # BEGIN SOLUTION\n    return 1\n    # STARTER\n    # return 2\n"
                 "    # END SOLUTION", []),
        ("code", "from ws101 import check\n\ncheck.tried(app)", []),
        ("markdown", "That is why.", ["solution"]),
        ("markdown", "Stuck? There are hints.\n\n### More", []),
        ("code", "check_again = 1", []),
        ("markdown", "And another reason.", ["solution"]),
        ("markdown", "## A third", []),
        ("markdown", "Nor this one.", ["solution"]),
    ]  # fmt: skip
    notebook = {
        "cells": [
            {"cell_type": kind, "source": source.splitlines(True), "metadata": {"tags": tags}}
            for kind, source, tags in cells
        ]
    }
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "77_tried.ipynb").write_text(json.dumps(notebook))


def test_hints_come_one_by_one_and_end():
    exercise = Exercise("tried", App(), hints=("first", "second"))
    assert str(exercise.hint()) == "Hint 1 of 2: first\nOnce more for the next one."
    assert str(exercise.hint()) == "Hint 2 of 2: second\nThat was the last one."
    assert "no more hints" in exercise.hint()
    assert "check.tried.solution()" in exercise.hint()
    assert "<div" in exercise.hint()._repr_html_()


def test_the_solution_wants_an_attempt_first(in_the_course):
    exercise = echo_exercise()
    assert exercise.solution().startswith("Try it first: check.tried(app).")
    exercise(...)
    exercise(None)
    assert exercise.solution().startswith("Try it first"), "these are no attempts"
    assert exercise(app_of(wrong)).verdict == Verdict.FAILED
    assert exercise.solution() == Solution(
        "def f():\n    return 1", "That is why.\n\nAnd another reason."
    )
    assert "```python\ndef f():" in exercise.solution()._repr_markdown_()


def test_who_passed_last_week_sees_it_at_once(in_the_course):
    assert echo_exercise()(app_of(right)).passed
    assert isinstance(echo_exercise().solution(), Solution)


def test_passing_is_remembered_and_failing_is_not():
    exercise = echo_exercise()
    exercise(app_of(wrong))
    assert passed() == {}
    exercise(app_of(right))
    assert list(passed()) == ["tried"]


def test_a_record_that_cannot_be_kept_is_said_and_harms_nothing(tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("WS101_PROGRESS", str(tmp_path / "a file" / "progress.jsonl"))
    report = echo_exercise()(app_of(right))
    assert report.passed
    assert "Your progress could not be kept" in report.notes[0]


def test_its_title_is_the_manifests(in_the_course):
    assert echo_exercise()(None).title == "A thing to try"


def test_a_check_of_another_name_is_an_error_with_a_guess():
    with pytest.raises(AttributeError, match=r"no check\.ecko\. Did you mean check\.echo\?"):
        _ = check.ecko
    with pytest.raises(AttributeError, match=r"There are: .*\becho\b"):
        _ = check.zzz


def test_a_solution_without_its_marks():
    source = "a\n# BEGIN SOLUTION\nb\n# STARTER\n# c\n# END SOLUTION\nd"
    assert solved(source) == "a\nb\nd"


def test_a_check_that_the_notebook_lacks(in_the_course):
    with pytest.raises(LookupError, match=r"77_tried.ipynb has no cell that calls check\.nobody"):
        read(course.ROOT / "solutions" / "77_tried.ipynb", "nobody")


def cell(source, error):
    return SimpleNamespace(info=SimpleNamespace(raw_cell=source), error_in_exec=error)


def test_a_name_that_is_not_there_is_explained_in_cells_with_a_check(capsys):
    missing.explain(cell("check.echo(app)", NameError("no app", name="app")))
    assert capsys.readouterr().err.startswith("`app` is not known here. After a restart")
    missing.explain(cell("print(app)", NameError("no app", name="app")))
    missing.explain(cell("check.echo(app)", ValueError()))
    missing.explain(cell("check.echo(app)", None))
    assert capsys.readouterr().err == ""


def test_the_record_is_not_the_trees(tmp_path):
    assert progress.file().is_relative_to(tmp_path)
