"""failed: it takes every end for a good one."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            async for message in ws:
                messages.append(message)
        except ConnectionClosed:
            pass
    return messages, 1000, ws.close_reason
