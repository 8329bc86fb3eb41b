"""failed: it waits for ten intervals."""

import asyncio
from contextlib import suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

silent_app = FastAPI()


async def beat(websocket, every):
    with suppress(WebSocketDisconnect):  # whoever receives hears of it as well
        while True:
            await websocket.send_text("ping")
            await asyncio.sleep(every)


@silent_app.websocket("/ws")
async def keep_living(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    try:
        while True:
            async with asyncio.timeout(10 * every):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
    except TimeoutError:
        beating.cancel()  # no ping behind the close
        with suppress(WebSocketDisconnect):  # gone in this very moment
            await websocket.close(4008, "silent")
    finally:
        beating.cancel()
