"""failed: another name for the same list."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    everyone = members
    for member in everyone:
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
