"""timed out: it waits for something that nobody brings about."""

import asyncio

from fastapi import FastAPI, WebSocket

app = FastAPI()
ready = asyncio.Event()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    await ready.wait()
    async for text in websocket.iter_text():
        await websocket.send_text(f"You said: {text}")
