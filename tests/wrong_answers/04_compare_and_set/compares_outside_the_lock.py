"""failed: it compares before it has the lock."""

import asyncio
import json

from fastapi import FastAPI, WebSocket

versions_app = FastAPI()
clients = []
lock = asyncio.Lock()
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
            async with lock:
                light["state"] = change["set"]
                light["version"] += 1
                for client in list(clients):
                    await client.send_json(light)
    finally:
        clients.remove(websocket)
