"""The cells of a lesson, run without a kernel, so that a test can hold its prose against them."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
from typing import Any

from tests import course

WITHIN = 60  # seconds: a deadline that only a hang reaches


class Lesson:
    """A notebook's cells, run as a kernel runs them.

    Attributes:
        names: what the cells that have run define, and what is given to them.
    """

    def __init__(self, name: str, **names: Any) -> None:
        self._sources = {cell.id: cell.source for cell in course.read(name).cells}
        self.names = names

    async def run(self, *cells: str) -> list[str]:
        """Run the cells with these ids, and return the lines that they printed."""
        with contextlib.redirect_stdout(io.StringIO()) as output:
            async with asyncio.timeout(WITHIN):
                for cell in cells:
                    code = compile(
                        self._sources[cell],
                        cell,
                        "exec",
                        ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
                        dont_inherit=True,  # a kernel has no annotations from the future
                    )
                    if inspect.iscoroutine(going := eval(code, self.names)):
                        await going
        lines = output.getvalue().splitlines()
        return [line for line in lines if not line.startswith("Port ")]
