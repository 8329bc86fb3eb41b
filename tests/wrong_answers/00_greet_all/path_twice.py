"""failed: it puts the path behind an address that has it."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(f"{url}/ws") as ws:
        for name in names:
            await ws.send(name)
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
