"""failed: it refuses with 404."""

from fastapi import FastAPI, Response, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin not in (None, "https://shop.example"):
        await websocket.send_denial_response(Response(status_code=404))
        return
    await websocket.accept()
    await websocket.send_text("welcome")
