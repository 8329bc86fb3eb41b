"""not gradable: it is a `def`, with `asyncio.run` inside."""

import asyncio

from websockets import ConnectionClosed, connect


async def receive_all(url):
    messages = []
    async with connect(url) as ws:
        try:
            async for message in ws:
                messages.append(message)
        except ConnectionClosed:
            pass
    return messages, ws.close_code, ws.close_reason


def listen(url):
    return asyncio.run(receive_all(url))
