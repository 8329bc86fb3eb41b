"""failed: it takes the event of the connection for a message."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

strict_app = FastAPI()
guests = []


async def tell_everyone(text: str):
    for guest in list(guests):
        try:
            await guest.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            continue  # it left, and its own handler takes it out


@strict_app.get("/count")
async def count():
    return len(guests)


@strict_app.websocket("/ws")
async def talk(websocket: WebSocket):
    guests.append(websocket)
    try:
        while True:
            event = await websocket.receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None:
                await websocket.close(code=1003)
                return
            if len(text) > 100:
                await websocket.close(code=1009)
                return
            await tell_everyone(text)
    finally:
        guests.remove(websocket)
