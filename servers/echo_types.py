"""Says what kind of message came, and what the address told: text, bytes, JSON, parameters."""

import json
from contextlib import suppress
from importlib.resources import files

from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

PAGES = files("servers") / "pages"

app = FastAPI(title="echo_types")
app.mount("/static", StaticFiles(directory=PAGES / "static"))


@app.get("/")
async def home():
    return FileResponse(PAGES / "echo_types.html")


@app.exception_handler(WebSocketDisconnect)
async def left(ws: WebSocket, end: WebSocketDisconnect):
    print(f"{ws.url.path} was left with code {end.code}. Reason: {end.reason or 'none given'}")


async def receive(ws: WebSocket) -> str | bytes:
    """The next message, of either kind. `WebSocketDisconnect` when there will be none."""
    event = await ws.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event["code"], event.get("reason"))
    return event["bytes"] if event.get("text") is None else event["text"]


def describe(message: str | bytes) -> dict[str, str | int]:
    if isinstance(message, bytes):
        return {"kind": "bytes", "bytes": len(message)}
    about = {"kind": "text", "characters": len(message), "bytes": len(message.encode())}
    with suppress(ValueError, RecursionError):  # not JSON, or nested too deep: then just text
        about["json"] = type(json.loads(message)).__name__
    return about


@app.websocket("/ws")
async def types(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_json(describe(await receive(ws)))


@app.websocket("/chat/{room_id}")
async def chat(ws: WebSocket, room_id: int, token: str):
    """/chat/7?token=abc: the path says which room, the query who knocks. Text only."""
    await ws.accept()
    await ws.send_json({"room_id": room_id, "token": token})
    while True:
        message = await receive(ws)
        if isinstance(message, bytes):
            raise WebSocketException(1003, "text only, please")
        await ws.send_text(f"Room {room_id}: {message}")
