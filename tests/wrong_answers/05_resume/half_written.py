"""not attempted: the line that holds the place is still there."""

import asyncio

from websockets import ConnectionClosed, InvalidHandshake, connect


async def follow(url, last, pause):
    texts = []
    newest = 0
    while True:
        try:
            async with connect(f"{url}?after={newest}") as ws:
                raise NotImplementedError("Put your code here, in place of this line.")
        except (OSError, InvalidHandshake, ConnectionClosed):
            pass
        await asyncio.sleep(pause)
