"""failed: each text puts off the next ping."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    await websocket.send_text("ping")
    try:
        while True:
            try:
                text = await asyncio.wait_for(websocket.receive_text(), every)
                await websocket.send_text(f"You said: {text}")
            except TimeoutError:
                await websocket.send_text("ping")
    except WebSocketDisconnect:
        pass
