"""failed: it lets in first, and closes then."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, name: str | None = None):
    await websocket.accept()
    if not name:
        await websocket.close(code=1008, reason="no name")
        return
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
