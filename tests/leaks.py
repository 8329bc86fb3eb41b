"""What a test must not leave behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ws101 import servers

WITHIN = 10  # seconds: a deadline that only a thread that stays reaches


@contextmanager
def no_thread(but: str | tuple[str, ...] = ()) -> Iterator[None]:
    """Every thread that begins in the block has ended soon after it.

    Soon, since a pool tells its threads to end and does not wait for them: asyncio's that watch a
    process, AnyIO's that read files. What blocks in C goes on until it returns.

    Args:
        but: how the names of those begin that may stay, as the pool of a loop that goes on.
    """
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith(but):
            thread.join(WITHIN)
            assert not thread.is_alive(), f"left behind: {thread}"


@contextmanager
def no_server() -> Iterator[None]:
    """As `no_thread`, and no server runs after the block."""
    with no_thread():
        yield
        assert servers() == []
