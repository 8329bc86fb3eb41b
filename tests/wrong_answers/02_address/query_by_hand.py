"""raised: it takes the name out of the query itself, and expects it to be there."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int):
    name = websocket.query_params["name"]
    if not name:
        await websocket.close()
        return
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{name} in room {room}: {text}")
