"""raised: it reads a header that is not there."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers["origin"]
    if origin != "https://shop.example":
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
