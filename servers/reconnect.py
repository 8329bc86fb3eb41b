"""The other end of heartbeat: a client that comes back, and asks for what it missed.

    async with aclosing(follow(f"{server.ws_url}/ws")) as messages:
        async for message in messages:
            print(message)

It answers the server's beats, and gives a server up that does not send any.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

from websockets import ConnectionClosed, InvalidMessage, InvalidStatus, connect


def waits(first: float = 0.25, most: float = 10.0) -> Iterator[float]:
    """Seconds to wait before each try: by chance, below a limit that doubles ("full jitter")."""
    limit = first
    while True:
        yield random.uniform(0, limit)
        limit = min(2 * limit, most)


async def follow(url: str, name: str = "somebody", **options: Any) -> AsyncIterator[dict[str, Any]]:
    """All that the server says, once and in order, over as many connections as it takes.

    Yields the server's first words on each connection, which tell what was lost, then what was
    missed, then what is new. Whoever asks for no next message answers no beat either: a client
    that is stuck cannot seem alive.

    Args:
        options: of `websockets.connect`.

    Raises:
        websockets.InvalidStatus, websockets.InvalidURI: it is no use to try again.
    """
    seen: dict[str, Any] = {}  # the newest number, and of which run
    tries = waits()
    while True:
        try:
            address = f"{url}?{urlencode({'name': name} | seen)}"
            ws = await connect(address, **({"open_timeout": 5, "close_timeout": 1} | options))
            try:
                async with asyncio.timeout(5):
                    first = json.loads(await ws.recv())
                yield first
                for message in first["missed"]:
                    yield message
                seen = {"after": first["last"], "run": first["run"]}
                while True:
                    async with asyncio.timeout(2.5 * first["every"]):
                        message = json.loads(await ws.recv())
                    if "beat" in message:
                        await ws.send(str(message["n"]))
                        tries = waits()  # not before: who lets us in to throw us out is not well
                    yield message
                    seen["after"] = message["n"]
            finally:
                await ws.close()  # with 1000, also when nobody asks for a next message any more
        except (OSError, TimeoutError, ConnectionClosed, InvalidMessage, InvalidStatus) as error:
            if isinstance(error, InvalidStatus) and error.response.status_code < 500:
                raise  # refused, as it would be again; 500 and above: the server is not well yet
            await asyncio.sleep(next(tries))
