"""raised: an exception is no answer."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        raise PermissionError("not from here")
    await websocket.accept()
    await websocket.send_text("welcome")
