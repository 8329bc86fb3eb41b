"""failed: it sends the greeting, which is the server's part."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(f"Hello, {name}!")
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
