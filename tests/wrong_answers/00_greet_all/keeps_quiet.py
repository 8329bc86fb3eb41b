"""failed: it catches the TimeoutError and returns what it has."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            try:
                answers.append(await asyncio.wait_for(ws.recv(), limit))
            except TimeoutError:
                break
    return answers
