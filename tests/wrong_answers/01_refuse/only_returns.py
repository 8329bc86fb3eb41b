"""failed: it returns without an answer, which is a 500."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        return
    await websocket.accept()
    await websocket.send_text("welcome")
