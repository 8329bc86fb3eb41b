"""not attempted: the handler still waits for its code."""

import asyncio

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    raise NotImplementedError("Put your code here, in place of this line.")
