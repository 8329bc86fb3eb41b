"""not gradable: it is a `def` that makes a coroutine."""

import asyncio

from websockets import connect


def greet_all(url, names, limit):
    async def talk():
        answers = []
        async with connect(url) as ws:
            for name in names:
                await ws.send(name)
                async with asyncio.timeout(limit):
                    answers.append(await ws.recv())
        return answers

    return talk()
