"""not attempted: half of it is there, and the line with raise as well."""

import asyncio

from fastapi import FastAPI, WebSocket

app = FastAPI()


async def beat(websocket, every):
    while True:
        await websocket.send_text("ping")
        await asyncio.sleep(every)


@app.websocket("/ws")
async def heartbeat(websocket: WebSocket, every: float = 10):
    raise NotImplementedError("Delete this line, run the check, then mend what it names.")
    await websocket.accept()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(beat(websocket, every))
