"""failed: its parameter is not called as in the address."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, user: str):
    if not user:
        await websocket.close()
        return
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{user} in room {room}: {text}")
