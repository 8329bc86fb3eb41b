"""What the kernel knows of the notebook it runs for."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path


def _shell():
    """IPython's shell if we run in one, without importing IPython if we do not."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def cell(filename: str) -> tuple[str, str] | None:
    """The cell that runs now and this run of it, as two identifiers; `None` outside a kernel.

    JupyterLab names the cell in the request's metadata. Other front ends may not: then
    `filename`, which ipykernel makes from the cell's text, stands in, and an edited cell counts
    as another one.
    """
    kernel = getattr(_shell(), "kernel", None)
    if kernel is None:
        return None
    request = kernel.get_parent()
    which = request.get("metadata", {}).get("cellId") or filename
    return which, request.get("header", {}).get("msg_id", "")


def base_url() -> str:
    """The path under which the notebook server is reached, with `/` at both ends.

    JupyterHub gives it in the environment; otherwise the notebook server wrote it into its
    runtime file, named for its process, which is our parent.
    """
    if hub := os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        return hub
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{os.environ.get('JPY_PARENT_PID')}.json")
    try:
        return json.loads(file.read_text())["base_url"]
    except (OSError, ValueError, KeyError):
        return "/"


class Ticker:
    """Wakes the kernel's loop ten times a second, so that the stop button works.

    An interrupt during an idle top-level `await` is acted upon when the loop next wakes, and an
    idle loop does not wake. Started and stopped from the kernel's main thread.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start ticking on the loop that runs now. Does nothing where none runs, or twice."""
        if self._task is None or self._task.done():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            self._task = loop.create_task(self._tick(), name="ws101 ticker")

    def stop(self) -> None:
        """Stop ticking; from any thread."""
        task, self._task = self._task, None
        if task is None or task.done():
            return
        loop = task.get_loop()
        if threading.current_thread() is threading.main_thread():
            task.cancel()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    @staticmethod
    async def _tick() -> None:
        while True:
            await asyncio.sleep(0.1)
