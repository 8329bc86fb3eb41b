"""not attempted: it is repaired, and the line that holds the place is still there."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


async def boil(seconds):
    await asyncio.sleep(seconds)


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    raise NotImplementedError("Delete this line, run the check, then repair what it names.")
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await boil(float(text))
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
