"""failed: it makes a text of every message."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            async for message in ws:
                messages.append(str(message))
        except ConnectionClosed:
            pass
    return messages, ws.close_code, ws.close_reason
