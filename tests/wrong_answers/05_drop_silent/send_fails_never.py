"""timed out: it waits for a send to fail."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

silent_app = FastAPI()


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            await asyncio.sleep(every)
    except WebSocketDisconnect:
        await websocket.close(4008, "silent")
