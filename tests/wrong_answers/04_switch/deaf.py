"""timed out: it waits for an answer without an error."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        news = json.loads(await ws.recv())
        if news["state"] == wanted:
            return news["version"]
        await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
        while True:
            news = json.loads(await ws.recv())
            if "error" in news:
                continue
            if news["state"] == wanted:
                return news["version"]
