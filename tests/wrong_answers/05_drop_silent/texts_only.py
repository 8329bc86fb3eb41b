"""raised: receive_text for whatever comes."""

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
    beating = asyncio.create_task(beat(websocket, every))
    try:
        while True:
            async with asyncio.timeout(2.5 * every):
                await websocket.receive_text()
    except WebSocketDisconnect:
        pass
    except TimeoutError:
        beating.cancel()
        await websocket.close(4008, "silent")
    finally:
        beating.cancel()
