"""raised: it receives with `recv`, and expects errors only."""

from websockets import ConnectionClosedError, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            while True:
                messages.append(await ws.recv())
        except ConnectionClosedError:
            pass
    return messages, ws.close_code, ws.close_reason
