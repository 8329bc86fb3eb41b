"""failed: it joins, waits for something else, and then tells."""

import asyncio

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await asyncio.sleep(0.05)  # look up who it is
        await websocket.send_text(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        clients.remove(websocket)
