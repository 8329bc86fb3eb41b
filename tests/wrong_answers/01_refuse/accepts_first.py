"""failed: it accepts first and closes then."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    await websocket.accept()
    if websocket.headers.get("origin") not in (None, "https://shop.example"):
        await websocket.close(1008)
        return
    await websocket.send_text("welcome")
