"""raised: it expects the three kinds in turn."""

from fastapi import FastAPI, WebSocket

kinds_app = FastAPI()


@kinds_app.websocket("/ws")
async def echo_kinds(websocket: WebSocket):
    await websocket.accept()
    while True:
        await websocket.send_text(await websocket.receive_text())
        await websocket.send_json({"you_sent": await websocket.receive_json()})
        await websocket.send_bytes(await websocket.receive_bytes())
