"""failed: the lock is around the comparing, and not around the counting."""

import asyncio
import json

from fastapi import FastAPI, WebSocket

versions_app = FastAPI()
clients = []
light = {"state": "off", "version": 0}
lock = asyncio.Lock()


@versions_app.websocket("/ws")
async def change_light(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_json(light)
        async for text in websocket.iter_text():
            change = json.loads(text)
            async with lock:
                is_current = change["version"] == light["version"]
            if not is_current:
                await websocket.send_json({**light, "error": "Somebody was faster."})
                continue
            news = {"state": change["set"], "version": light["version"] + 1}
            for client in list(clients):
                await client.send_json(news)
            light.update(news)
    finally:
        clients.remove(websocket)
