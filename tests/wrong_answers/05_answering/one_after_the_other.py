"""timed out: one loop sends a ping, then waits for a text."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            text = await websocket.receive_text()
            await websocket.send_text(f"You said: {text}")
            await asyncio.sleep(every)
    except WebSocketDisconnect:
        pass
