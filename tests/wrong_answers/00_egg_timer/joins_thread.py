"""blocked: it sleeps in a thread, and blocks until that has ended."""

import threading
import time

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


def boil(seconds):
    thread = threading.Thread(target=time.sleep, args=(seconds,))
    thread.start()
    thread.join()


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    try:
        async for text in ws.iter_text():
            boil(float(text))
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
