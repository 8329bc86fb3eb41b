"""failed: it returns greetings of its own."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                await ws.recv()
            answers.append(f"Hello, {name}!")
    return answers
