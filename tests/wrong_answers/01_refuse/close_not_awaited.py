"""failed: close is not awaited."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
