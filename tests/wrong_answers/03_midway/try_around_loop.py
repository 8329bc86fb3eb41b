"""failed: who has left ends the loop for those behind."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    try:
        for member in list(members):
            await member.send_text(text)
    except (WebSocketDisconnect, RuntimeError):
        pass


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
