"""timed out: it keeps the lock until the client leaves."""

import asyncio

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []
lock = asyncio.Lock()


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    await lock.acquire()
    try:
        await websocket.send_text(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        clients.remove(websocket)
        lock.release()
