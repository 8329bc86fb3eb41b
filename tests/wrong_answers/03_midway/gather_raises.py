"""raised: gather hands the exception to the sender."""

import asyncio

from fastapi import FastAPI, WebSocket

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    await asyncio.gather(*(member.send_text(text) for member in members))


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
