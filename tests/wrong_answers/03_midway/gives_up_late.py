"""failed: it gives up a send after ten seconds."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in list(members):
        try:
            await asyncio.wait_for(member.send_text(text), 10)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
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
