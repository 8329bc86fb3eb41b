"""failed: it swallows the KeyError of a binary message, and answers nothing."""

import json

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

kinds_app = FastAPI()


@kinds_app.websocket("/ws")
async def echo_kinds(websocket: WebSocket):
    await websocket.accept()
    try:
        while True:
            try:
                text = await websocket.receive_text()
            except KeyError:
                continue
            if text.startswith("{"):
                await websocket.send_json({"you_sent": json.loads(text)})
            else:
                await websocket.send_text(text)
    except WebSocketDisconnect:
        pass
