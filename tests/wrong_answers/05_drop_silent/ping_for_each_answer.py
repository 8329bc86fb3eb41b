"""failed: the next ping is sent when an answer comes."""

import asyncio

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    missed = 0
    while missed < 3:
        await websocket.send_text("ping")
        try:
            async with asyncio.timeout(every):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            missed = 0
        except TimeoutError:
            missed += 1
    await websocket.close(4008, "silent")
