"""blocked: the loop catches all, and begins again for ever."""

import asyncio

from fastapi import FastAPI, WebSocket

app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    while True:
        try:
            text = await websocket.receive_text()
            await websocket.send_text(f"You said: {text}")
        except Exception:
            beating.cancel()
