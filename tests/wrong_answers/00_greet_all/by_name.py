"""failed: it keeps the answers by name, in a dictionary."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = {}
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                answers[name] = await ws.recv()
    return answers
