"""failed: one newest number for all."""

import asyncio
import json

from websockets import ConnectionClosed, InvalidHandshake, connect

newest = 0


async def follow(url, last, pause):
    texts = []
    global newest
    while True:
        try:
            async with connect(f"{url}?after={newest}") as ws:
                async for data in ws:
                    message = json.loads(data)
                    if message["n"] > newest:
                        newest = message["n"]
                        texts.append(message["text"])
                    if newest == last:
                        return texts
        except (OSError, InvalidHandshake, ConnectionClosed):
            pass
        await asyncio.sleep(pause)
