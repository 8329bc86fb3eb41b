"""blocked: boil is a coroutine function, and sleeps as before."""

import time

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def boil(seconds):
    time.sleep(seconds)


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await boil(float(text))
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
