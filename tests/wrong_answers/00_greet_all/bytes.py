"""failed: it sends names as bytes."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name.encode())
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
