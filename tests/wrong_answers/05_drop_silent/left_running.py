"""failed: the task that sends is ended for the silent only."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

silent_app = FastAPI()


async def beat(websocket, every):
    try:
        while True:
            await websocket.send_text("ping")
            await asyncio.sleep(every)
    except WebSocketDisconnect:
        pass


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    try:
        while True:
            async with asyncio.timeout(2.5 * every):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
    except TimeoutError:
        beating.cancel()
        await websocket.close(4008, "silent")
