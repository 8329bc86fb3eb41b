"""timed out: the handler waits for its writer, which nobody has cancelled."""

import asyncio

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

LIMIT = 8

slow_app = FastAPI()
clients = []


class Client:
    def __init__(self, websocket: WebSocket):
        self.websocket = websocket
        self.waiting = asyncio.Queue(LIMIT)

    def put(self, text: str):
        """Let a text wait for this client. Never waits itself."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(text)

    async def write(self):
        """Send what waits, one after another, as long as the client is there."""
        try:
            while True:
                text = await self.waiting.get()
                await self.websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            pass  # it left, and its handler hears of that too


@slow_app.get("/count")
async def count():
    return len(clients)


@slow_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    client = Client(websocket)
    clients.append(client)
    writer = asyncio.create_task(client.write())
    try:
        async for text in websocket.iter_text():
            for each in clients:
                each.put(text)
    finally:
        clients.remove(client)
        await writer
