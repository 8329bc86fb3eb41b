"""raised: each send in a task that nobody awaits, so what it raises is lost."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


class Manager:
    def __init__(self):
        self.clients = []

    async def connect(self, websocket: WebSocket):
        """Accept the connection and keep it."""
        await websocket.accept()
        self.clients.append(websocket)

    def disconnect(self, websocket: WebSocket):
        """Take it out, if it is in."""
        if websocket in self.clients:
            self.clients.remove(websocket)

    async def broadcast(self, text: str):
        """Send the text to everyone."""
        for client in self.clients:
            asyncio.create_task(client.send_text(text))


app = FastAPI()
manager = Manager()


@app.websocket("/ws")
async def talk(websocket: WebSocket):
    await manager.connect(websocket)
    try:
        while True:
            text = await websocket.receive_text()
            await manager.broadcast(text)
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(websocket)


@app.get("/count")
async def count():
    return len(manager.clients)
