"""raised: it catches ConnectionClosedError, and nothing else of the kind."""

import asyncio
import json

from websockets import ConnectionClosedError, InvalidHandshake, connect


async def follow(url, last, pause):
    texts = []
    newest = 0
    while True:
        try:
            async with connect(f"{url}?after={newest}") as ws:
                while True:
                    message = json.loads(await ws.recv())
                    if message["n"] > newest:
                        newest = message["n"]
                        texts.append(message["text"])
                    if newest == last:
                        return texts
        except (OSError, InvalidHandshake, ConnectionClosedError):
            pass
        await asyncio.sleep(pause)
