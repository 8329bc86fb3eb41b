"""failed: it does not close its connection."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    ws = await connect(url)
    for name in names:
        await ws.send(name)
        async with asyncio.timeout(limit):
            answers.append(await ws.recv())
    return answers
