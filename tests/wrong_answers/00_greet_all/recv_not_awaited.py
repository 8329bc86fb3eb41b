"""failed: it does not await the recv."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                answers.append(ws.recv())
    return answers
