"""timed out: it does not await the send."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            ws.send(name)
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
