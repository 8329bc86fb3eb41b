"""blocked: it swallows every exception, the client's leaving too, and tries again."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    while True:
        try:
            text = await websocket.receive_text()
            await websocket.send_text(f"You said: {text}")
        except:
            pass
