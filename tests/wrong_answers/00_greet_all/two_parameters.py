"""not gradable: it does not take the limit."""

import asyncio

from websockets import connect


async def greet_all(url, names):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(5):
                answers.append(await ws.recv())
    return answers
