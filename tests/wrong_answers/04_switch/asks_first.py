"""failed: it asks before it looks at the state."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        news = json.loads(await ws.recv())
        await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            if "error" in news:
                await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
