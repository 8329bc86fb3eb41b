"""failed: only 'pong' counts."""

import asyncio
import time

from fastapi import FastAPI, WebSocket

silent_app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    heard = time.monotonic()
    try:
        while True:
            async with asyncio.timeout(heard + 2.5 * every - time.monotonic()):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") == "pong":
                heard = time.monotonic()
    except TimeoutError:
        beating.cancel()
        await websocket.close(4008, "silent")
    finally:
        beating.cancel()
