"""raised: its handler is a `def`."""

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
def echo(websocket: WebSocket):
    websocket.accept()
    for text in websocket.iter_text():
        websocket.send_text(f"You said: {text}")
