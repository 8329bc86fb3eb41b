"""raised: each send in a task that nobody awaits, so what it raises is lost."""

import asyncio

from fastapi import FastAPI, WebSocket

midway_app = FastAPI()
members = []


async def broadcast(text: str):
    for member in list(members):
        asyncio.create_task(member.send_text(text))


@midway_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    members.append(websocket)
    try:
        async for text in websocket.iter_text():
            await broadcast(text)
    finally:
        members.remove(websocket)
