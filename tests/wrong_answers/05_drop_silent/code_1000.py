"""failed: it closes with no code of its own."""

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
    beating = asyncio.create_task(beat(websocket, every))
    try:
        while True:
            async with asyncio.timeout(2.5 * every):
                message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
    except TimeoutError:
        beating.cancel()
        await websocket.close()
    finally:
        beating.cancel()
