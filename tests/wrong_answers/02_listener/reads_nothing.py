"""failed: it waits for the end and reads nothing."""

from websockets import connect


async def listen(url):
    async with connect(url) as ws:
        await ws.wait_closed()
    return [], ws.close_code, ws.close_reason
