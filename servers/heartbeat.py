"""Is anyone still there? Both ends say so once an interval, and notice when the other does not.

The server sends a beat, `{"n": 17, "beat": 10}`, and a client answers with its number, `17`. Who
has not answered by the next beat is closed with 4008, and cut off if it does not take that either.
Who takes nothing in is cut off by the hub. All messages are numbered together: who lost the
connection comes back to `/ws?after=17&run=5e0c79a1`, and is told first what it missed.
"""

import asyncio
import json
import os
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import FastAPI, Query, WebSocket
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from servers.history import History
from servers.hub import Hub, Member

PAGES = files("servers") / "pages"
EVERY = float(os.environ.get("HEARTBEAT_SECONDS", "10"))  # the interval
SILENT = 4008  # our close code: you have not answered a beat
GOODBYES = (1000, 1001, 1012)  # the client is done, its page is closed, the server stops

hub = Hub(send_within=EVERY / 2)
answered: WeakKeyDictionary[Member, int] = WeakKeyDictionary()  # the newest number of each


async def tell(**news) -> int:
    """Number it, keep it, send it to everyone. Returns the number."""
    message = app.state.history.add(news)
    await hub.broadcast(json.dumps(message))
    return message["n"]


async def beat():
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as goodbyes:
        while True:
            number = await tell(beat=EVERY)
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            # Late ourselves, as after a freeze? Then answers may lie unread: time to read them.
            await asyncio.sleep(min(loop.time() - due, EVERY))
            for member in hub.members.values():
                if answered[member] < number:
                    goodbyes.create_task(dismiss(member))


async def dismiss(member: Member):
    await member.close(SILENT, f"No answer to a beat within {EVERY:g} s.")
    await asyncio.sleep(EVERY / 2)  # for its own close frame, which ends the connection
    await member.outlet.abort()


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.history = History()
    beats = asyncio.create_task(beat())
    yield
    beats.cancel()
    with suppress(asyncio.CancelledError):
        await beats


app = FastAPI(title="heartbeat", lifespan=lifespan)
app.mount("/static", StaticFiles(directory=PAGES / "static"))


@app.get("/")
async def home():
    return FileResponse(PAGES / "heartbeat.html")


@app.websocket("/ws")
async def stay(
    ws: WebSocket,
    name: Annotated[str, Query(max_length=40)] = "somebody",
    after: int | None = None,
    run: str = "",
):
    await ws.accept()
    history = app.state.history
    with hub.join(ws) as member:
        # No await between the two: nothing is said in between, so nothing is missed or told twice.
        member.send(json.dumps({"every": EVERY} | history.since(after, run)))
        answered[member] = history.last
        while (event := await ws.receive())["type"] != "websocket.disconnect":
            with suppress(TypeError, ValueError):  # bytes, or words: they answer nothing
                number = int(event.get("text"))
                if answered[member] < number <= history.last:
                    answered[member] = number
    if event["code"] not in GOODBYES:
        await tell(gone=name, code=event["code"])
