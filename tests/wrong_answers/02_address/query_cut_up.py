"""failed: it cuts the query up at the equals sign."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int):
    name = websocket.url.query.partition("=")[2]
    if not name:
        await websocket.close()
        return
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
