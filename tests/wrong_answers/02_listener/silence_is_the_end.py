"""failed: it takes silence for the end."""

import asyncio

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            while True:
                messages.append(await asyncio.wait_for(ws.recv(), 0.3))
        except (ConnectionClosed, TimeoutError):
            pass
    return messages, ws.close_code, ws.close_reason
