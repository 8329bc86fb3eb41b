"""failed: it looks at the beginning of the Origin."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin and not origin.startswith("https://shop.example"):
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
    await websocket.close()
