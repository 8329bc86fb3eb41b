"""failed: its bare except swallows the cancellation."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def beat(websocket, every):
    while True:
        try:
            await websocket.send_text("ping")
            await asyncio.sleep(every)
        except:  # noqa: E722
            await asyncio.sleep(every)


async def answer(websocket):
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"You said: {text}")


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    await websocket.accept()
    beating = asyncio.create_task(beat(websocket, every))
    try:
        await answer(websocket)
    except WebSocketDisconnect:
        pass
    finally:
        beating.cancel()
