"""failed: it catches everything, its own mistake as well."""

import asyncio
import json

from websockets import connect


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
                        texts.append(message["words"])
                    if newest == last:
                        return texts
        except Exception:
            pass
        await asyncio.sleep(pause)
