"""Sends every message back: a text behind a few words, bytes as they came."""

from importlib.resources import files

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

PAGES = files("servers") / "pages"
PREFIX = "Message text was: "

app = FastAPI(title="echo")
app.mount("/static", StaticFiles(directory=PAGES / "static"))
templates = Jinja2Templates(directory=PAGES)


@app.get("/")
async def home(request: Request):
    return templates.TemplateResponse(request, "echo.html", {"prefix": PREFIX})


async def receive(ws: WebSocket) -> str | bytes:
    """The next message, of either kind. `WebSocketDisconnect` when there will be none."""
    event = await ws.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event["code"], event.get("reason"))
    return event["bytes"] if event.get("text") is None else event["text"]


@app.websocket("/ws")
async def echo(ws: WebSocket, prefix: str = PREFIX):
    """With an empty prefix, at /ws?prefix=, texts come back unchanged too."""
    await ws.accept()
    try:
        while True:
            message = await receive(ws)
            if isinstance(message, bytes):
                await ws.send_bytes(message)
            else:
                await ws.send_text(prefix + message)
    except WebSocketDisconnect:
        pass  # the client left, while we waited for it or while we answered
