"""A room for everyone: each text goes to all who are there, the sender included."""

from importlib.resources import files

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from servers.hub import Hub

PAGES = files("servers") / "pages"
LIMIT = 2**20  # bytes in a message; uvicorn itself draws the line at 16 MiB, for every app alike

app = FastAPI(title="broadcast")
app.mount("/static", StaticFiles(directory=PAGES / "static"))
hub = Hub()


@app.get("/")
async def home():
    return FileResponse(PAGES / "broadcast.html")


@app.websocket("/ws")
async def talk(ws: WebSocket):
    await ws.accept()
    with hub.join(ws) as member:
        while (event := await ws.receive())["type"] != "websocket.disconnect":
            text = event.get("text")
            if text is None:
                return await member.close(1003, "A message is text, please.")
            if len(text.encode()) > LIMIT:
                return await member.close(1009, "A message has 1 MiB at most.")
            await hub.broadcast(text)
