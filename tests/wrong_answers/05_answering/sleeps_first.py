"""failed: the first ping comes after the first pause."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def beat(websocket, every):
    while True:
        await asyncio.sleep(every)
        await websocket.send_text("ping")


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
