"""failed: what the client sent is sent to all, with the key `set`."""

import json

from fastapi import FastAPI, WebSocket

versions_app = FastAPI()
clients = []
light = {"state": "off", "version": 0}


@versions_app.websocket("/ws")
async def change_light(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_json(light)
        async for text in websocket.iter_text():
            change = json.loads(text)
            if change["version"] != light["version"]:
                await websocket.send_json({**light, "error": "Somebody was faster."})
                continue
            change["version"] += 1
            light.update(state=change["set"], version=change["version"])
            for client in list(clients):
                await client.send_json(change)
    finally:
        clients.remove(websocket)
