"""raised: it leaves all to `async for`."""

from websockets import connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        async for message in ws:
            messages.append(message)
    return messages, ws.close_code, ws.close_reason
