"""raised: an empty text counts as none."""

import json

from fastapi import FastAPI, WebSocket

kinds_app = FastAPI()


@kinds_app.websocket("/ws")
async def echo_kinds(websocket: WebSocket):
    await websocket.accept()
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            break
        if event.get("text"):
            text = event["text"]
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if isinstance(value, dict):
                await websocket.send_json({"you_sent": value})
            else:
                await websocket.send_text(text)
        else:
            await websocket.send_bytes(event["bytes"])
