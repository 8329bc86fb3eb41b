"""raised: a text with a brace in front is JSON for it."""

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
        elif event["text"].startswith("{"):
            await websocket.send_json({"you_sent": json.loads(event["text"])})
        else:
            await websocket.send_text(event["text"])
