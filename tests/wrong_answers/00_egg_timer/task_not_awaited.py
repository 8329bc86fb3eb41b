"""failed: it makes a task and does not await it."""

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
            asyncio.create_task(boil(float(text)))
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
