"""timed out: a lock that only those who come have to wait for."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

midway_app = FastAPI()
members = []
lock = asyncio.Lock()


async def broadcast(text: str):
    async with lock:
        for member in list(members):
            try:
                await member.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                continue


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    async with lock:
        await websocket.accept()
        members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
