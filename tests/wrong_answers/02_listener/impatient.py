"""raised: it gives up when nothing comes for a moment."""

import asyncio

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            while True:
                messages.append(await asyncio.wait_for(ws.recv(), 0.3))
        except ConnectionClosed:
            pass
    return messages, ws.close_code, ws.close_reason
