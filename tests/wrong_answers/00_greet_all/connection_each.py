"""failed: it connects anew for each name."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    for name in names:
        async with connect(url) as ws:
            await ws.send(name)
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
