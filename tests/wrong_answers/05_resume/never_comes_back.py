"""failed: one connection, and what came over it."""

import json

from websockets import ConnectionClosed, connect


async def follow(url, last, pause):
    texts = []
    async with connect(f"{url}?after=0") as ws:
        try:
            async for data in ws:
                message = json.loads(data)
                texts.append(message["text"])
                if message["n"] == last:
                    break
        except ConnectionClosed:
            pass
    return texts
