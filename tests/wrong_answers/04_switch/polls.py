"""blocked: it asks over and over and blocks in between."""

import json
import time

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            if not is_asked or "error" in news:
                await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
                is_asked = True
                time.sleep(5)
