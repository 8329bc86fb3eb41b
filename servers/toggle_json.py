"""The same light in JSON: `{"set": "on"}` is an order, `{"state": "on"}` is how things are."""

import json
from importlib.resources import files
from typing import Literal

from fastapi import FastAPI, WebSocket
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ValidationError

from servers.hub import Hub
from servers.policies import keep_latest

PAGES = files("servers") / "pages"
LIMIT = 1000  # characters; checking a million wrong fields would hold up everybody
MEND = 'Send {"set": "on"} or {"set": "off"}, as text.'

app = FastAPI(title="toggle_json")
app.mount("/static", StaticFiles(directory=PAGES / "static"))
app.state.light = "off"
hub = Hub(keep_latest, bound=1)


class Order(BaseModel, extra="forbid"):  # all that a client may send
    set: Literal["on", "off"]


def read(text: str | None) -> Order:
    """The order in a message. `ValueError` says what is wrong with it."""
    if text is None or len(text) > LIMIT:
        raise ValueError("got bytes" if text is None else f"got more than {LIMIT} characters")
    try:
        return Order.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(": ".join([*map(str, first["loc"]), first["msg"]])) from None


def news(**more: str) -> str:
    return json.dumps({"state": app.state.light, **more})  # so the latest alone is enough


@app.get("/")
async def home():
    return FileResponse(PAGES / "toggle_json.html")


@app.websocket("/ws")
async def follow(ws: WebSocket):
    await ws.accept()
    with hub.join(ws) as member:
        member.send(news())
        while (event := await ws.receive())["type"] != "websocket.disconnect":
            try:
                app.state.light = read(event.get("text")).set
            except ValueError as wrong:
                member.send(news(error=f"{wrong}. {MEND}"))
            else:
                await hub.broadcast(news())
