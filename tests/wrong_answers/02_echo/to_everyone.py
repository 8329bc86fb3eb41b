"""raised: it answers everyone who ever came."""

from fastapi import FastAPI, WebSocket

app = FastAPI()
clients = []


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    async for text in websocket.iter_text():
        for client in clients:
            await client.send_text(f"You said: {text}")
