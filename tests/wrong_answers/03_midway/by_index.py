"""failed: it counts places, and they move."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    place = 0
    while place < len(members):
        try:
            await members[place].send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            pass
        place += 1


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
