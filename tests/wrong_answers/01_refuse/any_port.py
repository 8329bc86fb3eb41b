"""failed: it cuts the port off."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin and origin.removesuffix(":8443") not in ("https://shop.example",):
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
