"""failed: it sends the state, in place of what was set."""

from fastapi import FastAPI, WebSocket

late_app = FastAPI()
late_app.state.light = "off"
clients = []


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_text(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            for client in list(clients):
                await client.send_text(late_app.state.light)
    finally:
        clients.remove(websocket)
