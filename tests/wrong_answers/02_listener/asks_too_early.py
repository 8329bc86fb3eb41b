"""failed: it reads the close code while the connection is open."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    code = reason = None
    async with connect(url) as ws:
        try:
            async for message in ws:
                messages.append(message)
                code, reason = ws.close_code, ws.close_reason
        except ConnectionClosed:
            pass
    return messages, code, reason
