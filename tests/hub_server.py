"""A server with a hub, and a way to look at it while it runs.

A test stands on two loops: its clients live on its own, the hub on the server's. What is said of
the hub is looked at there, between two steps of it: `await room.at(lambda: …)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from tests import waiting
from ws101 import serve

WITHIN = 20  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)


class HubServer:
    """An app that uses `hub`, served for the length of a block.

    Attributes:
        url: where a client connects.
        failure: what a test expects in the server's log, or None.
    """

    def __init__(self, hub: Any, app: Any, **options: Any) -> None:
        self.hub = hub
        self.server = serve(app, port=0, **options)
        self.url = f"{self.server.ws_url}/ws"
        self.failure: str | None = None

    async def __aenter__(self) -> Self:
        self.tasks = len(await self.at(asyncio.all_tasks))
        return self

    async def __aexit__(self, *_: object) -> None:
        """However it went: afterwards no member, socket or task is left, nor word of an error."""
        await self.until(lambda: not self.hub.members)
        await self.until(lambda: self.server.connections == 0)
        await self.until(lambda: len(asyncio.all_tasks()) <= self.tasks + 1)  # and this one
        await asyncio.to_thread(self.server.stop)
        log = str(self.server.log)
        assert log.count("Traceback") == (self.failure is not None), log
        assert (self.failure or "") in log

    async def at(self, look: Callable[[], Any]) -> Any:
        """What a function returns when it is called between two steps of the server's loop."""

        async def run() -> Any:
            return look()

        return await self.server.run(run())

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until the condition, looked at in the same way, gives something."""
        await self.server.run(until(condition))
