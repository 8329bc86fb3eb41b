"""failed: it returns after the first message."""

from websockets import connect


async def listen(url):
    async with connect(url) as ws:
        message = await ws.recv()
    return [message], ws.close_code, ws.close_reason
