"""failed: a ping only when an answer has come, though the end is heard at once."""

import asyncio
from time import monotonic

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    await websocket.send_text("ping")
    heard = asked = monotonic()
    while True:
        silence = heard + 2.5 * every - monotonic()
        until_next = asked + every - monotonic() if heard > asked else silence
        try:
            async with asyncio.timeout(min(silence, until_next)):
                message = await websocket.receive()
        except TimeoutError:
            if heard <= asked:
                await websocket.close(4008, "silent")
                return
            await websocket.send_text("ping")
            asked = monotonic()
            continue
        if message["type"] == "websocket.disconnect":
            return
        heard = monotonic()
