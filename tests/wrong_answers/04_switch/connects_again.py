"""failed: it connects anew when it is refused."""

import json

from websockets import connect


async def switch(url, wanted):
    while True:
        async with connect(url) as ws:
            news = json.loads(await ws.recv())
            if news["state"] == wanted:
                return news["version"]
            await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
            async for text in ws:
                news = json.loads(text)
                if news["state"] == wanted:
                    return news["version"]
                if "error" in news:
                    break
