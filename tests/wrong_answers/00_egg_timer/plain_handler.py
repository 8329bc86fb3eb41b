"""raised: its handler is a `def`, as if it were an HTTP route."""

import time

from fastapi import FastAPI, WebSocket

app = FastAPI()


def boil(seconds):
    time.sleep(seconds)


@app.websocket("/ws")
def egg_timer(ws: WebSocket):
    ws.accept()
    for text in ws.iter_text():
        boil(float(text))
        ws.send_text(f"{text} s are over.")
