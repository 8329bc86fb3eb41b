"""failed: it tells a newcomer behind its first message."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        is_new = True
        async for text in websocket.iter_text():
            if is_new:
                await websocket.send_text(late_app.state.light)
                is_new = False
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        clients.remove(websocket)
