"""failed: a ping follows each answer."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            try:
                async with asyncio.timeout(every):
                    text = await websocket.receive_text()
                await websocket.send_text(f"You said: {text}")
            except TimeoutError:
                pass
    except WebSocketDisconnect:
        pass
