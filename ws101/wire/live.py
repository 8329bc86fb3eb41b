"""A view that goes on drawing itself in the output of a notebook's cell.

It uses IPython's `update_display`, and no widget: what is shown is a plain output, so it survives
as the last picture when the notebook is saved, exported, or opened without a kernel, and updates go
to the cell that shows it, whichever cell runs.

Nothing polls. While nothing happens there is no timer: the recorder has a bell, which the server's
thread rings at the next byte. That wakes the kernel's loop, which draws, and a tenth of a second
later hangs up the bell again. Drawing takes at most about a tenth of the kernel's time.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import html
import sys
import time
import traceback
import uuid
from typing import Any, Protocol

from ws101.wire.events import Event
from ws101.wire.html import picture
from ws101.wire.recording import Recorder
from ws101.wire.rows import fold
from ws101.wire.text import transcript

INTERVAL = 0.1  # seconds between two drawings, at least
SHARE = 10  # a drawing that took t seconds of CPU time is followed by a rest of SHARE times t
EVENTS = 1000  # newest events of a connection that are looked at
ROWS = 24  # rows that are shown

# Rows that are open stay open when the output is replaced, and focus stays where it is. Without
# this script, where none may run, everything else is the same.
_KEEP_OPEN = """<script>(() => {
const figure = document.currentScript.closest(".w101");
const kept = (window.ws101 ??= {})[figure.dataset.live] ??= {open: new Set(), focus: null};
for (const row of figure.querySelectorAll("details")) {
  const key = row.dataset.key;
  row.open = kept.open.has(key);
  row.addEventListener("toggle", () => row.open ? kept.open.add(key) : kept.open.delete(key));
  row.firstElementChild.addEventListener("focus", () => { kept.focus = key; });
  row.firstElementChild.addEventListener("blur", () =>
    queueMicrotask(() => { if (figure.isConnected) kept.focus = null; }));
  if (key === kept.focus) row.firstElementChild.focus({preventScroll: true});
}
})()</script>"""


class Scene(Protocol):
    """What is drawn: a `View`."""

    def look(self, last: int | None = None) -> tuple[list[Event], dict[int, str]]:
        """The events in order of time, and a name for the client of each connection."""

    def caption(self, what: str) -> str:
        """A title for a picture of `what`."""


class Live:
    """A view in a place of its own, drawn whenever something has happened.

    Made by `View.live`. All but `_wake` runs in the kernel's main thread, on its loop.
    """

    def __init__(self, view: Scene, recorder: Recorder) -> None:
        self._view = view
        self._recorder = recorder
        self._place = f"ws101-{uuid.uuid4().hex}"
        self._timer: asyncio.TimerHandle | None = None
        self._drawn: object = None  # the recorder's state that was drawn last
        self._on = False

    def start(self) -> None:
        """Show it here. Raises `RuntimeError` where there is no notebook."""
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        if getattr(shell, "kernel", None) is None:
            raise RuntimeError("live() draws in a notebook's cell. Elsewhere: print(server.wire)")
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()  # ipykernel keeps in it which cell this is
        self._on = True
        self._draw(first=True)

    def stop(self) -> None:
        """Draw once more, and then no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._on:
            self._on = False
            self._context.run(self._show, self._bundle(), first=False)

    def _draw(self, first: bool = False) -> None:
        if not self._on or self._timer is not None:  # it has ended, or rests
            return
        began = time.thread_time()
        self._on = not self._recorder.stopped
        self._drawn = self._recorder.state()
        try:
            self._show(self._bundle(), first)
        except Exception:  # it must not land under whichever cell runs now
            self._on = False
            self._show({"text/html": f"<pre>{html.escape(traceback.format_exc())}</pre>"}, first)
        if self._on:
            rest = max(INTERVAL, SHARE * (time.thread_time() - began))
            self._timer = self._loop.call_later(rest, self._listen, context=self._context)

    def _listen(self) -> None:
        """Draw at once if something has happened since, else when the bell rings."""
        self._timer = None
        self._recorder.bell = self._wake
        if self._recorder.state() != self._drawn:
            self._recorder.bell = None
            self._draw()

    def _wake(self) -> None:
        """The bell: called in the server's thread."""
        with contextlib.suppress(RuntimeError):  # the kernel ends, and its loop is closed
            self._loop.call_soon_threadsafe(self._draw, context=self._context)

    def _bundle(self) -> dict[str, str]:
        events, names = self._view.look(last=EVENTS)
        rows = fold(events, whole=ROWS, most=ROWS)[-ROWS:]
        title = self._view.caption(f"newest events, {'live' if self._on else 'as they were left'}")
        page = picture(title, events, names, rows=rows, live=self._place)
        return {
            "text/html": page.replace("</figure>", f"{_KEEP_OPEN}</figure>"),
            "text/plain": transcript(title, events, names),
        }

    def _show(self, bundle: dict[str, Any], first: bool) -> None:
        from IPython.display import display

        display(bundle, raw=True, display_id=self._place, update=not first)

    def _ipython_display_(self) -> None:
        """Nothing: it is shown already."""
