"""failed: who leaves cancels the pings of who came last."""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()

    global task
    task = asyncio.create_task(beat(websocket, every))
    try:
        async for text in websocket.iter_text():
            await websocket.send_text(f"You said: {text}")
    finally:
        task.cancel()


async def beat(websocket, every):
    with suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text("ping")
            await asyncio.sleep(every)
