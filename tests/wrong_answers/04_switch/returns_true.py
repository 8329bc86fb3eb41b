"""failed: it returns that it was done."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return True
            if not is_asked or "error" in news:
                await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
                is_asked = True
