"""failed: CORS is for HTTP, and lets every WebSocket pass."""

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text("welcome")
