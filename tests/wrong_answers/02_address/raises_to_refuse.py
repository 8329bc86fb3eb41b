"""raised: it refuses with an exception of its own."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, name: str):
    if not name:
        raise ValueError("no name")
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
