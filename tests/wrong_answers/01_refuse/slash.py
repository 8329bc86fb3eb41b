"""failed: its Origin ends with a slash."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example/"):
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
