"""raised: it does not accept."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, name: str):
    if not name:
        await websocket.close()
        return
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
