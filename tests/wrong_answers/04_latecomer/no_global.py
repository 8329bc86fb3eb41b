"""raised: it assigns to a global without saying so."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_text(light)
        async for text in websocket.iter_text():
            light = text
            for client in list(clients):
                await client.send_text(text)
    finally:
        clients.remove(websocket)
