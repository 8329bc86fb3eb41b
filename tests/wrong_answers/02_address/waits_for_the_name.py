"""failed: it expects the name in the first message."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int):
    await websocket.accept()
    name = await websocket.receive_text()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
