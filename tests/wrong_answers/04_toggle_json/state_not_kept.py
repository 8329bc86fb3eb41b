"""failed: a change is told, and not kept."""

from typing import Literal

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, ValidationError

json_app = FastAPI()
json_app.state.light = "off"
clients = []


class Order(BaseModel, extra="forbid"):
    """What a client may send."""

    set: Literal["on", "off"]


@json_app.websocket("/ws")
async def toggle_json(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_json({"state": json_app.state.light})
        while (event := await websocket.receive())["type"] != "websocket.disconnect":
            try:
                order = Order.model_validate_json(event.get("text") or "")
            except ValidationError as error:
                news = {"state": json_app.state.light, "error": str(error)}
                await websocket.send_json(news)
                continue
            for client in list(clients):
                await client.send_json({"state": order.set})
    finally:
        clients.remove(websocket)
