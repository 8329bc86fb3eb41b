"""failed: it makes the list in one go, and an exception takes it away."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            messages = [message async for message in ws]
        except ConnectionClosed:
            pass
    return messages, ws.close_code, ws.close_reason
