"""failed: a task for each send, and nothing bounds them."""

import asyncio

from fastapi import FastAPI, WebSocket

slow_app = FastAPI()
clients = []
sends = set()


@slow_app.get("/count")
async def count():
    return len(clients)


@slow_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        async for text in websocket.iter_text():
            for each in list(clients):
                sends.add(asyncio.create_task(each.send_text(text)))
    finally:
        clients.remove(websocket)
