"""not gradable: it has an address of its own."""

from websockets import connect


async def listen():
    async with connect("ws://localhost:8000/ws") as ws:
        messages = [message async for message in ws]
    return messages, ws.close_code, ws.close_reason
