"""raised: a set's remove, too, wants it to be there."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect


class Manager:
    def __init__(self):
        self.clients = {}

    async def connect(self, websocket: WebSocket):
        """Accept the connection and keep it."""
        await websocket.accept()
        self.clients[websocket] = True

    def disconnect(self, websocket: WebSocket):
        """Take it out, if it is in."""
        del self.clients[websocket]

    async def broadcast(self, text: str):
        """Send the text to everyone."""
        for client in list(self.clients):
            try:
                await client.send_text(text)
            except (WebSocketDisconnect, RuntimeError):
                self.disconnect(client)


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
