"""failed: a new client ends the pings of the one before."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
beating = None


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


async def answer(websocket):
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"You said: {text}")


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    global beating
    await websocket.accept()
    if beating is not None:
        beating.cancel()
    beating = asyncio.create_task(beat(websocket, every))
    try:
        await answer(websocket)
    except WebSocketDisconnect:
        pass
    finally:
        beating.cancel()
