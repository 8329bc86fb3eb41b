"""failed: a hub that keeps only the latest."""

import json

from fastapi import FastAPI, WebSocket

from servers.hub import Hub
from servers.policies import keep_latest

versions_app = FastAPI()
hub = Hub(keep_latest, bound=1)
light = {"state": "off", "version": 0}


@versions_app.websocket("/ws")
async def change_light(websocket: WebSocket):
    await websocket.accept()
    with hub.join(websocket) as member:
        member.send(json.dumps(light))
        async for text in websocket.iter_text():
            change = json.loads(text)
            if change["version"] != light["version"]:
                member.send(json.dumps({**light, "error": "Somebody was faster."}))
                continue
            light["state"] = change["set"]
            light["version"] += 1
            await hub.broadcast(json.dumps(light))
