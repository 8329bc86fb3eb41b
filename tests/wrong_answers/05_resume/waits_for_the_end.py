"""timed out: it returns when the connection has ended."""

import asyncio
import json

from websockets import ConnectionClosed, InvalidHandshake, connect


async def follow(url, last, pause):
    texts = []
    newest = 0
    while True:
        try:
            async with connect(f"{url}?after={newest}") as ws:
                async for data in ws:
                    message = json.loads(data)
                    if message["n"] > newest:
                        newest = message["n"]
                        texts.append(message["text"])
        except (OSError, InvalidHandshake, ConnectionClosed):
            pass
        if newest == last:
            return texts
        await asyncio.sleep(pause)
