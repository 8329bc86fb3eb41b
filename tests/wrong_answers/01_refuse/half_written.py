"""not attempted: the line that holds the place is still there."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        raise NotImplementedError("Put your code here, in place of this line.")
    await websocket.accept()
    await websocket.send_text("welcome")
