"""failed: it wraps every text that is JSON, objects or not."""

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
        if event.get("text") is None:
            await websocket.send_bytes(event["bytes"])
        else:
            text = event["text"]
            try:
                await websocket.send_json({"you_sent": json.loads(text)})
            except ValueError:
                await websocket.send_text(text)
