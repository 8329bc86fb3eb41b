"""failed: three failures in a row are too many for it."""

import asyncio
import json

from websockets import ConnectionClosed, InvalidHandshake, connect


async def follow(url, last, pause):
    texts = []
    newest = 0
    failures = 0
    while failures < 3:
        try:
            async with connect(f"{url}?after={newest}") as ws:
                failures = 0
                async for data in ws:
                    message = json.loads(data)
                    if message["n"] > newest:
                        newest = message["n"]
                        texts.append(message["text"])
                    if newest == last:
                        return texts
        except ConnectionClosed:
            pass
        except (OSError, InvalidHandshake):
            failures += 1
        await asyncio.sleep(pause)
