"""failed: it tells, and forgets to put the newcomer on the list."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    try:
        await websocket.send_text(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        if websocket in clients:
            clients.remove(websocket)
