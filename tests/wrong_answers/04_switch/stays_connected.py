"""failed: it returns, and leaves the connection open."""

import json

from websockets import connect


connections = []


async def switch(url, wanted):
    ws = await connect(url)
    connections.append(ws)
    is_asked = False
    async for text in ws:
        news = json.loads(text)
        if news["state"] == wanted:
            return news["version"]
        if not is_asked or "error" in news:
            await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
            is_asked = True
