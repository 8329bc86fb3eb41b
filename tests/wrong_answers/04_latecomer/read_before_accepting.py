"""failed: it reads the state before it accepts."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    state = late_app.state.light
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_text(state)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        clients.remove(websocket)
