"""Where another thread stands, and how to end it where CPython allows that."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import traceback


def stack(thread: threading.Thread) -> traceback.StackSummary:
    """The frames in which `thread` stands at this moment, outermost first; empty if it ended."""
    frame = sys._current_frames().get(thread.ident or -1)
    return traceback.StackSummary() if frame is None else traceback.extract_stack(frame)


def place(thread: threading.Thread) -> str:
    """The line at which `thread` stands, for a message: `time.sleep(5)  (file.py, line 7)`."""
    frames = stack(thread)
    if not frames:
        return "nowhere: it has ended"
    last = frames[-1]
    return f"{last.line or last.name}  ({last.filename}, line {last.lineno})"


def end(thread: threading.Thread, within: float) -> bool:
    """Make `thread` leave its Python code. True if it ended within that many seconds.

    Raises `SystemExit` inside it, again and again, since a bare `except:` swallows one. A call
    that blocks in C (`time.sleep`) sees it only on its return.
    https://docs.python.org/3/c-api/threads.html#c.PyThreadState_SetAsyncExc
    """
    deadline = time.monotonic() + within
    while thread.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
        )
        thread.join(0.1)
    return not thread.is_alive()
