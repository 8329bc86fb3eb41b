"""failed: it does not await `recv`."""

from websockets import connect


async def listen(url):
    async with connect(url) as ws:
        messages = [ws.recv()]
    return messages, ws.close_code, ws.close_reason
