"""failed: it prints the answers and returns nothing."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                print(await ws.recv())
