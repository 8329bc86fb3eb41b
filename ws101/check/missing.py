"""A word to who runs a check before the cell with the answer, in a restarted kernel for example."""

from __future__ import annotations

import sys
from typing import Any


def watch() -> None:
    """From now on a cell with a check that fails for a name that is not there says what to do.

    Does nothing outside IPython. https://ipython.readthedocs.io/en/stable/config/callbacks.html
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.events.register("post_run_cell", explain)


def explain(result: Any) -> None:
    """Add a sentence below the error of a cell that ran."""
    error = result.error_in_exec
    if isinstance(error, NameError) and "check." in result.info.raw_cell:
        print(
            f"`{error.name}` is not known here. After a restart of the kernel, and in a notebook "
            "that was just opened, the cells above must run first: Run > Run All Above Selected "
            "Cell.",
            file=sys.stderr,
        )
