"""failed: each text counts as a tenth of the interval."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            for _ in range(10):
                try:
                    text = await asyncio.wait_for(websocket.receive_text(), every / 10)
                    await websocket.send_text(f"You said: {text}")
                except TimeoutError:
                    pass
    except WebSocketDisconnect:
        pass
