"""timed out: it catches the goodbye in each task, and waits for both to end."""

import asyncio

from fastapi import FastAPI, WebSocket

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
    await asyncio.wait(
        [
            asyncio.create_task(beat(websocket, every)),
            asyncio.create_task(answer(websocket)),
        ]
    )
