"""failed: it refuses its own pages."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin == "https://shop.example":
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
