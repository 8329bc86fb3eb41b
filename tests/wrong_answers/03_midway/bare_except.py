"""failed: it catches everything, its own cancellation as well."""

from fastapi import FastAPI, WebSocket

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in list(members):
        try:
            await member.send_text(text)
        except:  # noqa: E722
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
