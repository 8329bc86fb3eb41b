"""failed: middleware that only sees HTTP requests."""

from fastapi import FastAPI, Request, Response, WebSocket

app = FastAPI()


@app.middleware("http")
async def same_site(request: Request, call_next):
    if request.headers.get("origin") not in (None, "https://shop.example"):
        return Response(status_code=403)
    return await call_next(request)


@app.websocket("/ws")
async def shop(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text("welcome")
