"""raised: it sends before it accepts."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        await websocket.close()
        return
    await websocket.send_text("welcome")
