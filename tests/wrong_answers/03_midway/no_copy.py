"""failed: it survives who leaves, and still walks the list itself."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in members:
        try:
            await member.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            continue  # it left, and its own handler takes it out


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
