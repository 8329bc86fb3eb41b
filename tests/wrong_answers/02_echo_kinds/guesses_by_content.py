"""failed: it takes bytes for text if they can be decoded."""

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
        data = event.get("bytes")
        try:
            text = event["text"] if data is None else data.decode()
        except UnicodeDecodeError:
            await websocket.send_bytes(data)
            continue
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, dict):
            await websocket.send_json({"you_sent": value})
        else:
            await websocket.send_text(text)
