"""failed: it looks for the host somewhere in the Origin."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin and "shop.example" not in origin:
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
