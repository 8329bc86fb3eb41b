"""raised: a group, and nobody catches what comes out of it."""

import asyncio

from fastapi import FastAPI, WebSocket

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
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(beat(websocket, every))
        tasks.create_task(answer(websocket))
