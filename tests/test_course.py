"""The manifest as the kit reads it."""

import pytest

from ws101 import course
from ws101.course import parse

ENTRY = """
[[lesson]]
id = "02_echo"
title = "Echo"
question = "What?"
minutes = { read = 25, do = 20 }
servers = ["echo"]
exercises = { echo = "Echo with a prefix" }
"""


def test_a_lesson_and_where_its_notebooks_are():
    [lesson] = parse(ENTRY)
    assert (lesson.id, lesson.number, lesson.read, lesson.do) == ("02_echo", "02", 25, 20)
    assert lesson.servers == ("echo",)
    assert lesson.exercises == {"echo": "Echo with a prefix"}
    assert lesson.notebook == "notebooks/02_echo.ipynb"
    assert lesson.exercise_notebook == "exercises/02_echo.ipynb"
    assert lesson.solution_notebook == "solutions/02_echo.ipynb"


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match="lesson 02_echo has no 'question'"):
        parse(ENTRY.replace('question = "What?"\n', ""))


def test_an_exercise_that_is_named_twice():
    with pytest.raises(ValueError, match=r"names an exercise twice: echo\."):
        parse(ENTRY + ENTRY.replace("02_echo", "03_more"))


def test_this_course_has_its_notebooks():
    lessons = course.lessons()
    assert lessons[0].id == "00_welcome"
    assert [lesson.number for lesson in lessons] == [f"{n:02}" for n in range(len(lessons))]
    assert course.lesson_of("echo").id == "02_echo"
    assert course.lesson_of("no such exercise") is None
    for lesson in lessons:
        assert (course.ROOT / lesson.notebook).is_file()
        if lesson.exercises:
            assert (course.ROOT / lesson.exercise_notebook).is_file()
