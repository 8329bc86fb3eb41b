"""raised: it does not expect the client to leave."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, name: str):
    if not name:
        await websocket.close()
        return
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"{name} in room {room}: {text}")
