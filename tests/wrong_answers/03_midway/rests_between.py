"""blocked: it waits for the slow one, and holds the loop."""

import time

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in list(members):
        try:
            await member.send_text(text)
            time.sleep(5)  # until it has read it
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
