"""failed: it returns the last answer."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answer = None
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                answer = await ws.recv()
    return answer
