"""failed: it answers in other words."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def boil(seconds):
    await asyncio.sleep(seconds)


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await boil(float(text))
            await ws.send_text("Your egg is ready.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
