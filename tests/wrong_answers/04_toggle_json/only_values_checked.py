"""raised: it takes every JSON for an object."""

import json

from fastapi import FastAPI, WebSocket

json_app = FastAPI()
json_app.state.light = "off"
clients = []


@json_app.websocket("/ws")
async def toggle_json(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_json({"state": json_app.state.light})
        while (event := await websocket.receive())["type"] != "websocket.disconnect":
            try:
                order = json.loads(event.get("text") or "")
                if order["set"] not in ("on", "off"):
                    raise ValueError("neither on nor off")
            except ValueError:
                news = {"state": json_app.state.light, "error": "on or off, please"}
                await websocket.send_json(news)
                continue
            json_app.state.light = order["set"]
            for client in list(clients):
                await client.send_json({"state": order["set"]})
    finally:
        clients.remove(websocket)
