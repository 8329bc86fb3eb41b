"""timed out: a lock, and nobody can leave during a broadcast."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []
lock = asyncio.Lock()


async def broadcast(text: str):
    async with lock:
        for member in members:
            try:
                await member.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                continue


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    async with lock:
        members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        async with lock:
            members.remove(websocket)
