"""timed out: it waits for an answer without a limit."""

from websockets import connect


async def greet_all(url, names, limit):
    answers = []
    async with connect(url) as ws:
        for name in names:
            await ws.send(name)
            answers.append(await ws.recv())
    return answers
