"""failed: a refusal tells the state that was asked for."""

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
                await websocket.send_json(
                    {"state": change["set"], "version": light["version"], "error": "x"}
                )
                continue
            light["state"] = change["set"]
            light["version"] += 1
            news = dict(light)
            for client in list(clients):
                await client.send_json(news)
    finally:
        clients.remove(websocket)
