"""failed: it returns no reason."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            async for message in ws:
                messages.append(message)
        except ConnectionClosed:
            pass
    return messages, ws.close_code
