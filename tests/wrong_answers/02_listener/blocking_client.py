"""blocked: it takes the blocking client into its coroutine."""

from websockets import ConnectionClosed
from websockets.sync.client import connect


async def listen(url):
    messages = []
    with connect(url) as ws:
        try:
            for message in ws:
                messages.append(message)
        except ConnectionClosed:
            pass
    return messages, ws.close_code, ws.close_reason
