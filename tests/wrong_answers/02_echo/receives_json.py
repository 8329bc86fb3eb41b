"""raised: it takes the text for JSON."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_json():
        await websocket.send_text(f"You said: {text}")
