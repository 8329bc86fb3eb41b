"""timed out: it asks, waits for the answer, and asks again."""

import asyncio

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            async with asyncio.timeout(2.5 * every):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await asyncio.sleep(every)
    except TimeoutError:
        await websocket.close(4008, "silent")
