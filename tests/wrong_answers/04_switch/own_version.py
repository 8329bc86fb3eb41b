"""failed: it counts versions of its own."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        version = 0
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            if not is_asked or "error" in news:
                await ws.send(json.dumps({"set": wanted, "version": version}))
                is_asked = True
                version += 1
