"""raised: it receives before it accepts."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    while True:
        text = await websocket.receive_text()
        await websocket.send_text(f"You said: {text}")
