"""raised: it does not expect that a client leaves early."""

import asyncio

from fastapi import FastAPI, WebSocket

app = FastAPI()


async def boil(seconds):
    await asyncio.sleep(seconds)


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await boil(float(text))
        await ws.send_text(f"{text} s are over.")
