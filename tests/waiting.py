"""Wait for what another task, thread or process brings about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], T], within: float) -> T:
    """Wait until the condition gives something, and return it. The loop runs meanwhile.

    Raises `TimeoutError` if it gives nothing within so many seconds.
    """
    async with asyncio.timeout(within):
        while not (found := condition()):
            await asyncio.sleep(0.005)
        return found
