"""What the tests of the wire share: an echo server, and no deadline for properties."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from hypothesis import settings

from ws101 import serve

settings.register_profile("ws101", deadline=None)
settings.load_profile("ws101")

PAGE = """<!doctype html><title>talking</title><link rel="icon" href="data:,"><script>
const ws = new WebSocket("ws", "chat");
ws.binaryType = "arraybuffer";
const steps = [
  () => ws.send("Hello"),
  () => ws.send(new Uint8Array([0, 1, 2])),
  () => ws.close(4000, "enough"),
];
const step = () => steps.shift()();
ws.onopen = ws.onmessage = step;
ws.onclose = () => { document.title = "done"; };
</script>"""


def app() -> FastAPI:
    """`/` is a page that talks; `/ws` sends back what it gets."""
    app = FastAPI()

    @app.get("/")
    def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.websocket("/ws")
    async def echo(ws: WebSocket) -> None:
        wanted = ws.scope["subprotocols"]
        await ws.accept(subprotocol=wanted[0] if wanted else None)
        while (message := await ws.receive())["type"] == "websocket.receive":
            if message.get("text") is not None:
                await ws.send_text(message["text"])
            else:
                await ws.send_bytes(message["bytes"])

    return app


@pytest.fixture
def echo():
    """A server of that app."""
    with serve(app(), port=0, name="echo") as server:
        yield server
