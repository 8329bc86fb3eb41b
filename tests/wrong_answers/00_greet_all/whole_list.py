"""failed: it sends the list as one message."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        await ws.send(names)
        for name in names:
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
