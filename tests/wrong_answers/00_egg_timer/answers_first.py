"""failed: it answers, and waits afterwards."""

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
            await ws.send_text(f"{text} s are over.")
            await boil(float(text))
    except WebSocketDisconnect:
        pass  # gone before the egg was done
