"""raised: it sends as a FastAPI handler does."""

import json

from websockets import connect


async def switch(url, wanted):
    async with connect(url) as ws:
        is_asked = False
        async for text in ws:
            news = json.loads(text)
            if news["state"] == wanted:
                return news["version"]
            if not is_asked or "error" in news:
                await ws.send_json({"set": wanted, "version": news["version"]})
                is_asked = True
