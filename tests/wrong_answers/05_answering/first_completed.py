"""failed: it waits for the first of the two, and leaves the other running."""

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
    beating = asyncio.create_task(beat(websocket, every))
    answering = asyncio.create_task(answer(websocket))
    await asyncio.wait([beating, answering], return_when=asyncio.FIRST_COMPLETED)
