"""blocked: it sleeps with time.sleep."""

import time

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        time.sleep(5)
        await websocket.send_text(f"You said: {text}")
