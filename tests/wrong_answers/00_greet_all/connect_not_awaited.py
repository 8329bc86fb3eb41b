"""raised: it does not await connect."""

import asyncio

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    ws = connect(url)
    for name in names:
        await ws.send(name)
        async with asyncio.timeout(limit):
            answers.append(await ws.recv())
    await ws.close()
    return answers
