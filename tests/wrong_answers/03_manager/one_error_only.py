"""raised: the second send to one who has left raises another error, which is not caught."""

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
        for client in list(self.clients):
            try:
                await client.send_text(text)
            except WebSocketDisconnect:
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
