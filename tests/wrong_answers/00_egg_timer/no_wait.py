"""failed: it does not wait at all."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


@app.websocket("/ws")
async def egg_timer(ws: WebSocket):
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await ws.send_text(f"{text} s are over.")
    except WebSocketDisconnect:
        pass  # gone before the egg was done
