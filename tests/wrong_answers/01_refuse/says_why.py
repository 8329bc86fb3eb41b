"""failed: it accepts, to say why."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    await websocket.accept()
    if websocket.headers.get("origin") not in (None, "https://shop.example"):
        await websocket.send_text("not from here")
        await websocket.close()
        return
    await websocket.send_text("welcome")
