"""failed: it looks on one connection and asks on another."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        news = json.loads(await ws.recv())
    while news["state"] != wanted:
        async with connect(url) as ws:
            await ws.send(json.dumps({"set": wanted, "version": news["version"]}))
            news = json.loads(await ws.recv())
    return news["version"]
