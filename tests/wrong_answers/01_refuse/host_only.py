"""failed: it compares the host, and neither scheme nor port."""

from urllib.parse import urlsplit

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin and urlsplit(origin).hostname not in ("shop.example", None):
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
