"""timed out: gather waits for the slowest."""

import asyncio

from fastapi import FastAPI, WebSocket

slow_app = FastAPI()
clients = []


@slow_app.get("/count")
async def count():
    return len(clients)


@slow_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        async for text in websocket.iter_text():
            sends = (each.send_text(text) for each in clients)
            await asyncio.gather(*sends, return_exceptions=True)
    finally:
        clients.remove(websocket)
