"""raised: only a goodbye with code 1000 is one."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


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
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    try:
        await answer(websocket)
    except WebSocketDisconnect as gone:
        if gone.code != 1000:
            raise
    finally:
        beating.cancel()
