"""timed out: one loop sleeps, then looks whether a text has come."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        while True:
            await websocket.send_text("ping")
            await asyncio.sleep(every)
            try:
                async with asyncio.timeout(0.01):
                    text = await websocket.receive_text()
                await websocket.send_text(f"You said: {text}")
            except TimeoutError:
                pass
    except WebSocketDisconnect:
        pass
