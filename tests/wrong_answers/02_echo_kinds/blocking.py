"""blocked: it gives the client some time, and takes everybody's."""

import json
import time

from fastapi import FastAPI, WebSocket

kinds_app = FastAPI()


@kinds_app.websocket("/ws")
async def echo_kinds(websocket: WebSocket):
    await websocket.accept()
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            break
        time.sleep(5)
        if event.get("text") is None:
            await websocket.send_bytes(event["bytes"])
        else:
            text = event["text"]
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if isinstance(value, dict):
                await websocket.send_json({"you_sent": value})
            else:
                await websocket.send_text(text)
