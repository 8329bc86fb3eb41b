"""timed out: it lets one timer run at a time."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
stove = asyncio.Lock()


async def boil(seconds):
    async with stove:
        await asyncio.sleep(seconds)


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await boil(float(text))
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
