"""raised: the deadline comes out of a group."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

silent_app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(beat(websocket, every))
            tasks.create_task(listen(websocket, every))
    except* WebSocketDisconnect:
        pass


async def listen(websocket, every):
    while True:
        async with asyncio.timeout(2.5 * every):
            message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])
