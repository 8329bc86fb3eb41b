"""raised: an empty binary message passes for a text."""

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
    await websocket.accept()
    guests.append(websocket)
    try:
        while True:
            event = await websocket.receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if event.get("bytes"):
                await websocket.close(code=1003)
                return
            if len(text) > 100:
                await websocket.close(code=1009)
                return
            await tell_everyone(text)
    finally:
        guests.remove(websocket)
