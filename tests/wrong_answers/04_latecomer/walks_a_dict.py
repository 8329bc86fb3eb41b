"""raised: the dictionary changes while it is walked."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = {}


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients[websocket] = True
    try:
        await websocket.send_text(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in clients:
                await client.send_text(text)
    finally:
        del clients[websocket]
