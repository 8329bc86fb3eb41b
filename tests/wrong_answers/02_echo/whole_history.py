"""failed: it keeps what was said before."""

from fastapi import FastAPI, WebSocket

app = FastAPI()
said = []


@app.websocket("/ws")
async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        said.append(text)
        await websocket.send_text("You said: " + " ".join(said))
