"""raised: it waits for all answers at the same time."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    async with connect(url) as ws:

        async def greet(name):
            await ws.send(name)
            async with asyncio.timeout(limit):
                return await ws.recv()

        return list(await asyncio.gather(*(greet(name) for name in names)))
