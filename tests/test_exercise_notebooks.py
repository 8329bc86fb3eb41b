"""tools/exercises.py: from a notebook of solutions to one of exercises."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.exercises import STUB, exercise, starter


def test_an_indented_region_becomes_a_place_holder():
    assert (
        starter(
            "async def echo(ws):\n    # BEGIN SOLUTION\n    await ws.accept()\n    # END SOLUTION\n"
            "\nx = 1"
        )
        == f"async def echo(ws):\n    {STUB}\n\nx = 1"
    )


def test_a_region_at_the_margin_leaves_its_names_open():
    source = "# BEGIN SOLUTION\nkey = make(\n    1,\n)\nrequest = b''\n# END SOLUTION"
    assert starter(source) == "key = ...\nrequest = ..."


def test_what_a_learner_is_given_is_uncommented():
    source = """\
async def echo(ws):
    # BEGIN SOLUTION
    await ws.accept()
    # STARTER
    # raise NotImplementedError("Mend it.")
    # while True:
    #     ws.accept()  # twice
    #
    # return
    # END SOLUTION"""
    assert (
        starter(source)
        == """\
async def echo(ws):
    raise NotImplementedError("Mend it.")
    while True:
        ws.accept()  # twice

    return"""
    )


def test_two_regions_in_a_cell():
    region = "    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION\n"
    made = starter(f"def f():\n{region}\ndef g():\n{region}")
    assert made.count(STUB) == 2
    assert "return 1" not in made


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# BEGIN SOLUTION\nx = 1", "has no # END SOLUTION"),
        ("x = 1\n# END SOLUTION", "line 2 ends a region that has not begun"),
        ("# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION", "line 2 begins a region inside"),
        ("# BEGIN SOLUTION\nprint(1)\n# END SOLUTION", "assigns nothing needs a # STARTER"),
        ("# BEGIN SOLUTION\nx\n# STARTER\nx = 2\n# END SOLUTION", "is not a comment: x = 2"),
    ],
)
def test_a_region_that_is_wrong_is_named(source, words):
    with pytest.raises(ValueError, match=words):
        starter(source)


def notebook(*cells):
    return new_notebook(cells=list(cells))


def test_the_notebook_keeps_all_but_the_solution():
    source = notebook(
        new_markdown_cell("## Task"),
        new_code_cell("# BEGIN SOLUTION\nx = 1\n# END SOLUTION"),
        new_code_cell("check.task(x)"),
        new_markdown_cell("Because.", metadata={"tags": ["solution"]}),
    )
    before = nbformat.writes(source)
    made = exercise(source)
    assert [cell.source for cell in made.cells] == ["## Task", "x = ...", "check.task(x)"]
    assert [cell.id for cell in made.cells] == [cell.id for cell in source.cells[:3]]
    assert nbformat.writes(source) == before, "the source is left as it is"


def test_a_fault_names_its_cell():
    cell = new_code_cell("# BEGIN SOLUTION")
    cell.id = "echo-answer"
    with pytest.raises(ValueError, match=r"Cell echo-answer: a region has no # END SOLUTION"):
        exercise(notebook(cell))
