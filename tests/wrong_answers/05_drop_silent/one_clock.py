"""failed: one clock for all, so who speaks keeps the silent one alive."""

import asyncio
import time

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()
heard = 0.0


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    global heard
    heard = time.monotonic()
    beating = asyncio.create_task(beat(websocket, every))
    receiving = asyncio.create_task(listen(websocket))
    while time.monotonic() < heard + 2.5 * every and not receiving.done():
        await asyncio.sleep(every / 10)
    beating.cancel()
    if not receiving.done():
        receiving.cancel()
        await websocket.close(4008, "silent")


async def listen(websocket):
    global heard
    while (await websocket.receive())["type"] != "websocket.disconnect":
        heard = time.monotonic()
