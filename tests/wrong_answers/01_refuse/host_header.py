"""failed: it looks at the Host header, which is the server's own."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("host")
    if origin not in (None, "https://shop.example"):
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
