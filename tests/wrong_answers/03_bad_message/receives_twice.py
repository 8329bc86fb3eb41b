"""failed: it receives an event, and then waits for the next one."""

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
            if event.get("text") is None:
                await websocket.close(code=1003)
                return
            text = await websocket.receive_text()
            if len(text) > 100:
                await websocket.close(code=1009)
                return
            await tell_everyone(text)
    except WebSocketDisconnect:
        pass
    finally:
        guests.remove(websocket)
