"""A light that everyone shares. `on` or `off` sets it, and everybody is told."""

from importlib.resources import files

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from servers.hub import Hub
from servers.policies import keep_latest

PAGES = files("servers") / "pages"

app = FastAPI(title="toggle")
app.mount("/static", StaticFiles(directory=PAGES / "static"))
app.state.light = "off"
hub = Hub(keep_latest, bound=1)  # who is behind needs the last state, not those before it


@app.get("/")
async def home():
    return FileResponse(PAGES / "toggle.html")


@app.websocket("/ws")
async def follow(ws: WebSocket):
    await ws.accept()
    with hub.join(ws) as member:
        member.send(app.state.light)  # no await since the join: no change can slip in between
        while (event := await ws.receive())["type"] != "websocket.disconnect":
            text = event.get("text")
            if text in ("on", "off"):
                app.state.light = text
                await hub.broadcast(text)
            else:
                got = "bytes" if text is None else repr(text[:20])
                member.send(f"error: got {got}. Send on or off, as text.")
                member.send(app.state.light)  # the last message must be a state: it is kept
