"""failed: it returns the exception's text as the reason."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            while True:
                messages.append(await ws.recv())
        except ConnectionClosed as end:
            return messages, ws.close_code, str(end)
