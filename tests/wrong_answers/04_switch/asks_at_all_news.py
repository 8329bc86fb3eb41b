"""failed: it asks again at every news."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
