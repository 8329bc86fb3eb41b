"""failed: it walks the list itself."""

from fastapi import FastAPI, WebSocket

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in members:
        await member.send_text(text)


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
