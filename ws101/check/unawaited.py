"""Coroutines that the learner's code made and nobody awaits.

Python complains of each when it is collected, whenever that is: in a notebook under the next cell.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

DEPTH = 3  # containers in containers: a tuple of a list of coroutines
# CPython 3.13 crashes where one has ended and the variables of its frame are asked for
# (https://github.com/python/cpython/issues/125723). `websockets` has one for each connection.
GENERATORS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def close(values: Iterable[Any], errors: Iterable[BaseException]) -> None:
    """Close them, where nobody has begun to.

    Args:
        values: what was returned.
        errors: what was raised; its traceback keeps the variables of every function it left.
    """
    seen: set[int] = set()
    for found in (*values, *(v for error in errors for v in _variables(error, seen))):
        _close(found, DEPTH)


def _close(value: Any, depth: int) -> None:
    if inspect.iscoroutine(value):
        if inspect.getcoroutinestate(value) == inspect.CORO_CREATED:
            value.close()
    elif depth and isinstance(value, list | tuple | set | dict):
        for one in list(value.values() if isinstance(value, dict) else value):
            _close(one, depth - 1)


def _variables(error: BaseException | None, seen: set[int]) -> Iterator[Any]:
    """The variables in an exception's traceback, and in those of the exceptions behind it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if not frame.f_code.co_flags & GENERATORS:
            yield from frame.f_locals.values()
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for other in (error.__cause__, error.__context__, *within):
        yield from _variables(other, seen)
