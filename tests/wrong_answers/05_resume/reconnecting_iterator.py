"""failed: the iterator of websockets keeps the address."""

import json
from itertools import repeat

from websockets import ConnectionClosed, connect


async def follow(url, last, pause):
    texts = []
    newest = 0
    async for ws in connect(f"{url}?after={newest}", reconnect_delays=lambda: repeat(pause)):
        try:
            async for data in ws:
                message = json.loads(data)
                if message["n"] > newest:
                    newest = message["n"]
                    texts.append(message["text"])
                if newest == last:
                    return texts
        except ConnectionClosed:
            pass
