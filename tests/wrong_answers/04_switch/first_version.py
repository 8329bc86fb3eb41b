"""failed: it returns the version that it asked on."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        version = None
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return version
            if not is_asked or "error" in news:
                version = news["version"]
                await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
                is_asked = True
