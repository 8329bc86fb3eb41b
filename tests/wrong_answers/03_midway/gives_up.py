"""failed: a timeout on each send, and who is slow for longer loses a text."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in list(members):
        try:
            await asyncio.wait_for(member.send_text(text), 0.25)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            continue  # too slow, or gone


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
