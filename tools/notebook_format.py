"""The one layout of a notebook in git: no outputs, no run counts, no stray metadata."""

from __future__ import annotations

import json

import nbformat

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def canonical(notebook: nbformat.NotebookNode) -> str:
    """The text of the notebook's file. Cells keep their ids and tags, and nothing else.

    Laid out as nbformat writes it (keys sorted, indented by one), so that saving an unchanged
    notebook in JupyterLab changes nothing but the outputs.
    """
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        clean = {
            "cell_type": cell.cell_type,
            "id": cell.id,
            "metadata": {"tags": tags} if tags else {},
            "source": cell.source.strip("\n").splitlines(keepends=True),
        }
        if cell.cell_type == "code":
            clean |= {"execution_count": None, "outputs": []}
        cells.append(clean)
    whole = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
