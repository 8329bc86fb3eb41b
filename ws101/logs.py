"""What a server says, kept with the server.

A background thread has no cell of its own, so whatever it prints lands under the cell that happens
to run. Here the server's thread, and every task and worker thread that inherits its context, is
marked with a `Log`; output and log records made under that mark go to it and nowhere else.
"""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from contextvars import ContextVar

from uvicorn.logging import DefaultFormatter

from ws101 import threads

_LIMIT = 2_000  # lines kept
_LINE = 10_000  # characters in a line before it is broken

_log_here: ContextVar[Log | None] = ContextVar("ws101_log", default=None)


class Log:
    """The newest 2,000 lines that a server printed or logged, oldest first.

    `print(server.log)` shows them; iterate for the lines. `dropped` counts those that were too
    many to keep.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._lines: deque[str | traceback.TracebackException] = deque(maxlen=_LIMIT)
        self._unfinished: dict[int, str] = {}  # by thread: print() writes a line in pieces
        self._lock = threading.RLock()  # the collector may log while we do

    def write(self, text: str) -> int:
        """Take text as a stream does: whole lines are kept, the rest waits for its end."""
        me = threading.get_ident()
        with self._lock:
            *lines, rest = (self._unfinished.pop(me, "") + text).split("\n")
            if len(rest) > _LINE:
                lines, rest = [*lines, rest], ""
            if rest:
                self._unfinished[me] = rest
            self.dropped += max(0, len(self._lines) + len(lines) - _LIMIT)
            self._lines.extend(lines)
        return len(text)

    def flush(self) -> None:
        """Nothing waits here; streams are expected to have this method."""

    def record(self, record: logging.LogRecord) -> None:
        """Take a log record, in the words that uvicorn uses in a terminal."""
        self.write(_format.format(record).rstrip() + "\n")

    def failure(self, error: BaseException) -> None:
        """Take an exception with its traceback, shortened as in records.

        It is put into words when somebody reads. The loop reports exceptions that nobody fetched
        from the garbage collector, at any moment; formatting parses source code, and CPython
        3.11 fails if it was just parsing some (https://github.com/python/cpython/issues/106905).
        """
        with self._lock:
            self._lines.append(traceback.TracebackException.from_exception(error))

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            kept = [*self._lines, *self._unfinished.values()]
        for line in kept:
            yield from [line] if isinstance(line, str) else _in_words(line)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __str__(self) -> str:
        lines = list(self)
        if self.dropped:
            lines.insert(0, f"… {self.dropped:,} earlier lines were dropped")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self) or "(the log is empty)"


def _in_words(error: traceback.TracebackException) -> list[str]:
    """The traceback's lines without its way in through libraries, the same every time."""
    frames = error.stack
    way_in = list(itertools.takewhile(lambda frame: threads.is_library(frame.filename), frames))
    skipped = len(way_in) if 1 < len(way_in) < len(frames) else 0
    error.stack = traceback.StackSummary.from_list(frames[skipped:])
    lines = "".join(error.format()).rstrip().split("\n")
    error.stack = frames
    if skipped:
        lines.insert(1, f"  … {skipped} frames of the libraries that called it …")
    return lines


class _Formatter(DefaultFormatter):
    def formatException(self, ei) -> str:
        return "\n".join(_in_words(traceback.TracebackException.from_exception(ei[1])))


_format = _Formatter("%(levelprefix)s %(message)s", use_colors=False)


class _Divided:
    """A standard stream that sends text to the log of the context it was written in, if any."""

    def __init__(self, stream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        log = _log_here.get()
        return self._stream.write(text) if log is None else log.write(text)

    def flush(self) -> None:
        if _log_here.get() is None:
            self._stream.flush()

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


def _divert(record: logging.LogRecord) -> bool:
    """A logging filter: records made under a log go there, and no further."""
    log = _log_here.get()
    if log is None:
        return True
    log.record(record)
    return False


def keep_output(log: Log) -> None:
    """Send what this thread's context prints and logs to `log` from now on.

    Tasks and `asyncio.to_thread` calls started from here inherit it; a bare `threading.Thread`
    does not.
    """
    for stream in ("stdout", "stderr"):
        if not isinstance(getattr(sys, stream), _Divided):
            setattr(sys, stream, _Divided(getattr(sys, stream)))
    for name in ("uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).addFilter(_divert)  # adding it again changes nothing
    access = logging.getLogger("uvicorn.access")
    if not access.hasHandlers():  # uvicorn asks, and writes no access lines if there are none
        access.addHandler(logging.NullHandler())
    _log_here.set(log)
