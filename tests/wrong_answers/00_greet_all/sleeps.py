"""blocked: it gives the server time with time.sleep."""

import asyncio
import time

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            time.sleep(5)
            async with asyncio.timeout(limit):
                answers.append(await ws.recv())
    return answers
