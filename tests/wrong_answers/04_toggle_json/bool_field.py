"""failed: a bool, which takes "on" and `1` for true."""

from fastapi import FastAPI, WebSocket
from pydantic import BaseModel, ValidationError

json_app = FastAPI()
json_app.state.light = "off"
clients = []


class Order(BaseModel, extra="forbid"):
    set: bool


@json_app.websocket("/ws")
async def toggle_json(websocket: WebSocket):
    await websocket.accept()
    clients.append(websocket)
    try:
        await websocket.send_json({"state": json_app.state.light})
        while (event := await websocket.receive())["type"] != "websocket.disconnect":
            try:
                order = Order.model_validate_json(event.get("text") or "")
            except ValidationError:
                news = {"state": json_app.state.light, "error": "on or off, please"}
                await websocket.send_json(news)
                continue
            json_app.state.light = "on" if order.set else "off"
            for client in list(clients):
                await client.send_json({"state": json_app.state.light})
    finally:
        clients.remove(websocket)
