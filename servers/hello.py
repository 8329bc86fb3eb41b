"""Greets whoever tells it a name."""

from importlib.resources import files

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

PAGES = files("servers") / "pages"

app = FastAPI(title="hello")
app.mount("/static", StaticFiles(directory=PAGES / "static"))


@app.get("/")
async def home():
    return FileResponse(PAGES / "hello.html")


@app.websocket("/ws")
async def greet(ws: WebSocket):
    await ws.accept()
    try:
        async for name in ws.iter_text():
            await ws.send_text(f"Hello, {name}!")
    except KeyError:  # what iter_text() raises when the message is bytes
        await ws.close(1003, "A name is text, please.")
    except WebSocketDisconnect:
        pass  # gone before the answer was out
