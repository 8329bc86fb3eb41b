"""failed: it tries again on the version that was refused."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        version = None
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            if not is_asked or "error" in news:
                version = news["version"] if version is None else version
                await ws.send(json.dumps({"set": wanted, "version": version}))
                is_asked = True
