"""failed: it keeps a list of the bad ones."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    origin = websocket.headers.get("origin")
    if origin == "https://evil.example":
        await websocket.close()
        return
    await websocket.accept()
    await websocket.send_text("welcome")
