"""failed: the newest name is everybody's."""

from fastapi import FastAPI, WebSocket

rooms_app = FastAPI()
here = None


@rooms_app.websocket("/rooms/{room}")
async def talk(websocket: WebSocket, room: int, name: str):
    global here
    if not name:
        await websocket.close()
        return
    await websocket.accept()
    here = (name, room)
    async for text in websocket.iter_text():
        await websocket.send_text(f"{here[0]} in room {here[1]}: {text}")
