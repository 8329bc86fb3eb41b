"""timed out: it receives before it sends."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
            await ws.send(name)
    return answers
