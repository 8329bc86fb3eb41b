"""raised: it asks the close frame, and there may be none."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async with connect(url) as ws:
        try:
            while True:
                messages.append(await ws.recv())
        except ConnectionClosed as end:
            return messages, end.rcvd.code, end.rcvd.reason
