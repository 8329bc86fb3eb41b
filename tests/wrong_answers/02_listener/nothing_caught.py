"""raised: it receives for ever, and expects no end."""

from websockets import connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        while True:
            messages.append(await ws.recv())
    return messages, ws.close_code, ws.close_reason
