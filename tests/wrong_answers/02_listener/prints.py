"""failed: it prints what it should return."""

from websockets import ConnectionClosed, connect


async def listen(url):
    async with connect(url) as ws:
        try:
            async for message in ws:
                print(message)
        except ConnectionClosed:
            pass
    print(ws.close_code, ws.close_reason)
