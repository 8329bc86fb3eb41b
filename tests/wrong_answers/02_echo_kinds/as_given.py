"""failed: nothing is repaired yet."""

import json

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

kinds_app = FastAPI()


@kinds_app.websocket("/ws")
async def echo_kinds(websocket: WebSocket):
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            if text.startswith("{"):
                answer = {"you_sent": json.loads(text)}
                await websocket.send_json(json.dumps(answer))
            else:
                await websocket.send_text(text)
    except WebSocketDisconnect:
        pass
