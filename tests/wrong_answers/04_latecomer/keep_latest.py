"""failed: a hub that keeps only the latest."""

from fastapi import FastAPI, WebSocket

from servers.hub import Hub
from servers.policies import keep_latest

late_app = FastAPI()
late_app.state.light = "off"
hub = Hub(keep_latest, bound=1)


@late_app.websocket("/ws")
async def follow(websocket: WebSocket):
    await websocket.accept()
    with hub.join(websocket) as member:
        member.send(late_app.state.light)
        async for text in websocket.iter_text():
            late_app.state.light = text
            await hub.broadcast(text)
