"""timed out: the loop of the exercises before, and everyone waits for one."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

slow_app = FastAPI()
clients = []


@slow_app.get("/count")
async def count():
    return len(clients)


@slow_app.websocket("/ws")
async def talk(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        async for text in websocket.iter_text():
            for each in list(clients):
                try:
                    await each.send_text(text)
                except (WebSocketDisconnect, RuntimeError):
                    continue
    finally:
        clients.remove(websocket)
