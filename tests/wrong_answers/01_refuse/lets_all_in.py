"""failed: nobody looks at the Origin."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text("welcome")
