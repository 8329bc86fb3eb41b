"""timed out: it connects again whenever the server closes."""

from websockets import ConnectionClosed, connect


async def listen(url):
    messages = []
    async for ws in connect(url):
        try:
            async for message in ws:
                messages.append(message)
        except ConnectionClosed:
            continue
    return messages, ws.close_code, ws.close_reason
