"""failed: the copy is made when a client comes, not when a text does."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str, everyone: list[WebSocket]):
    for member in everyone:
        try:
            await member.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            continue  # it left, and its own handler takes it out


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    everyone = list(members)
    try:
        async for text in websocket.iter_text():
            await broadcast(text, everyone)
    finally:
        members.remove(websocket)
