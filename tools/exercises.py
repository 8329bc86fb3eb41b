"""From a notebook of solutions to the notebook of exercises that a learner gets.

In a code cell of `solutions/NN_topic.ipynb` the learner's part stands between two comments:

    async def echo(websocket: WebSocket):
        # BEGIN SOLUTION
        await websocket.accept()
        # END SOLUTION

In the exercise a line stands there that says "not attempted": `raise NotImplementedError(…)`. A
region that is not indented assigns names instead, and each gets `...` as its value. Where learners
are given more than that, broken code to repair for example, it follows the solution as comments:

        # BEGIN SOLUTION
        await websocket.send_text(text)
        # STARTER
        # raise NotImplementedError("Repair what follows, then delete this line.")
        # websocket.send_text(text)
        # END SOLUTION

Markdown cells that are tagged `solution` explain it, and are left out.
"""

from __future__ import annotations

import ast
import copy
import textwrap

from nbformat import NotebookNode

from ws101.check.solutions import BEGIN, END, STARTER

STUB = 'raise NotImplementedError("Put your code here, in place of this line.")'


def exercise(notebook: NotebookNode) -> NotebookNode:
    """The notebook of exercises that this notebook of solutions is the source of.

    Raises:
        ValueError: a region has no end, or no code to take its place; the message has the cell.
    """
    made = copy.deepcopy(notebook)
    made.cells = [c for c in made.cells if "solution" not in c.metadata.get("tags", ())]
    for cell in made.cells:
        if cell.cell_type == "code":
            try:
                cell.source = starter(cell.source)
            except ValueError as error:
                raise ValueError(f"Cell {cell.id}: {error}") from None
    return made


def starter(source: str) -> str:
    """A cell's source with each region replaced by what a learner starts from."""
    kept: list[str] = []
    region: list[str] | None = None
    for number, line in enumerate(source.splitlines(), 1):
        mark = line.strip()
        if mark == BEGIN:
            if region is not None:
                raise ValueError(f"line {number} begins a region inside another.")
            region, indent = [], line[: line.index("#")]
        elif mark == END:
            if region is None:
                raise ValueError(f"line {number} ends a region that has not begun.")
            kept += [(indent + text).rstrip() for text in _replacement(region, bool(indent))]
            region = None
        elif region is None:
            kept.append(line)
        else:
            region.append(line)
    if region is not None:
        raise ValueError(f"a region has no {END}.")
    return "\n".join(kept)


def _replacement(region: list[str], indented: bool) -> list[str]:
    """What takes a region's place, not indented."""
    marks = [line.strip() for line in region]
    if STARTER in marks:
        given = marks.index(STARTER) + 1
        lines = textwrap.dedent("\n".join(region[given:])).splitlines()
        return [_uncommented(line) for line in lines]
    if indented:
        return [STUB]
    names = [
        target.id
        for statement in ast.parse("\n".join(region)).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    if not names:
        raise ValueError(f"a region that assigns nothing needs a {STARTER}.")
    return [f"{name} = ..." for name in names]


def _uncommented(line: str) -> str:
    if line and not line.startswith("#"):
        raise ValueError(f"behind {STARTER} this is not a comment: {line}")
    return line.removeprefix("#").removeprefix(" ")
