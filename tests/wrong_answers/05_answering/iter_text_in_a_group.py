"""timed out: iter_text ends in silence, and the group waits for the pings."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


async def answer(websocket):
    async for text in websocket.iter_text():
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
