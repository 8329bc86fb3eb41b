"""not gradable: its route is an HTTP one."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.post("/ws")
async def echo(websocket: dict):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"You said: {text}")
