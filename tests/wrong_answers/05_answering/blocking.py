"""blocked: time.sleep in the task that sends."""

import asyncio
import time

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        time.sleep(every)


async def answer(websocket):
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"You said: {text}")


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(beat(websocket, every))
            tasks.create_task(answer(websocket))
    except* WebSocketDisconnect:
        pass
