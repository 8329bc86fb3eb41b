"""raised: it expects only ends that are in order."""

from websockets import ConnectionClosedOK, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        while True:
            try:
                messages.append(await ws.recv())
            except ConnectionClosedOK:
                break
    return messages, ws.close_code, ws.close_reason
