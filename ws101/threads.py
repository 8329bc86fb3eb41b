"""Where threads and coroutines stand, and how to end a thread where CPython allows that."""

from __future__ import annotations

import ctypes
import gc
import inspect
import sys
import sysconfig
import threading
import time
import traceback
from typing import Any

_LIBRARIES = tuple({sysconfig.get_path(p) for p in ("stdlib", "purelib", "platlib")})


def is_library(filename: str) -> bool:
    """Whether code from this file is Python's or an installed package's, not the learner's."""
    return filename.startswith((*_LIBRARIES, "<frozen "))


def stack(thread: threading.Thread) -> traceback.StackSummary:
    """The frames in which `thread` stands at this moment, outermost first; empty if it ended."""
    frame = sys._current_frames().get(thread.ident or -1)
    return traceback.StackSummary() if frame is None else traceback.extract_stack(frame)


def awaited(awaiting: Any) -> traceback.StackSummary:
    """The lines at which a suspended coroutine and what it awaits stand, outermost first.

    It is followed through the coroutines and asynchronous generators that it awaits.
    """
    frames = []
    while awaiting is not None:
        if inspect.iscoroutine(awaiting):
            frame, awaiting = awaiting.cr_frame, awaiting.cr_await
        elif inspect.isasyncgen(awaiting):
            frame, awaiting = awaiting.ag_frame, awaiting.ag_await
        else:  # what `async for` awaits is no generator, but belongs to one
            frame, within = None, gc.get_referents(awaiting)
            awaiting = next((thing for thing in within if inspect.isasyncgen(thing)), None)
        if frame is not None:
            frames.append((frame, frame.f_lineno))
    return traceback.StackSummary.extract(iter(frames))


def place(frames: traceback.StackSummary) -> str:
    """The innermost line that is not a library's: `time.sleep(5) (app.py, line 7)`."""
    if not frames:
        return "nowhere, it has ended"
    own = [frame for frame in frames if not is_library(frame.filename)]
    last = (own or frames)[-1]
    return f"{last.line or last.name} ({last.filename}, line {last.lineno})"


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
