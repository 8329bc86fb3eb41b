"""The solution of an exercise, read from the notebook that is its source."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

BEGIN, STARTER, END = "# BEGIN SOLUTION", "# STARTER", "# END SOLUTION"


@dataclass(frozen=True)
class Solution:
    """One way to do it. A notebook shows it, `print` writes it.

    Attributes:
        code: the cells that hold the solution.
        explanation: why it is done like that, as Markdown.
    """

    code: str
    explanation: str

    def __str__(self) -> str:
        return f"{self.code}\n\n{self.explanation}".rstrip()

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.code}\n```\n\n{self.explanation}"


def solved(source: str) -> str:
    """A cell's source with its solution in place and the marks around it taken off."""
    kept, dropping = [], False
    for line in source.splitlines():
        mark = line.strip()
        if mark == STARTER:
            dropping = True
        elif mark == END:
            dropping = False
        elif mark != BEGIN and not dropping:
            kept.append(line)
    return "\n".join(kept)


def is_check(source: str, name: str) -> bool:
    """Whether a cell calls the check of this name."""
    return re.search(rf"\bcheck\.{name}\(", source) is not None


def read(notebook: Path, name: str) -> Solution:
    """The solution of the exercise whose check is called `name`.

    It is what stands between that check and the one before it: the code cells with marked regions.
    The explanation is the Markdown cells there that are tagged `solution`, and those behind the
    check, until a heading `##` or a marked region begins something else.

    Raises:
        FileNotFoundError: the notebook is not there.
        LookupError: it has no check of this name.
    """
    code: list[str] = []
    text: list[str] = []
    behind = ""  # the check that was just passed: what is tagged there belongs to it
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        call = re.search(r"\bcheck\.(\w+)\(", source) if cell["cell_type"] == "code" else None
        marked = cell["cell_type"] == "code" and BEGIN in source
        heading = cell["cell_type"] == "markdown" and re.search(r"^## ", source, re.MULTILINE)
        if "solution" in cell["metadata"].get("tags", ()):
            text += [source] * (behind in ("", name))
        elif behind == name and (call or marked or heading):
            break
        elif call is not None:
            behind = call[1]
            if behind != name:
                code, text = [], []
        elif marked or heading:
            behind = ""
            code += [solved(source)] * marked
    if behind != name:
        raise LookupError(f"{notebook.name} has no cell that calls check.{name}.")
    return Solution("\n\n".join(code), "\n\n".join(text))
