"""The server of the exercise on a client that resumes: it tells, goes, and looks who comes."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import parse_qs, urlsplit

from ws101.check.calls import Call
from ws101.check.clients import ClientRoom, Stage
from ws101.check.exercises.lesson_05_resume_slips import AFTER, BACK, OWN, PAUSED, RETURN
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

PAUSE = 0.04  # seconds between two tries
LONGER = 0.08  # the same, to be told from none
TEXTS = ["rain", "more rain", "sun", "wind", "hail"]  # numbered from 1


def call(room: ClientRoom, stage: Stage, last: int, pause: float = PAUSE) -> Call:
    """Call the learner's function with the address of `stage`."""
    return room.start(f"{stage.ws_url}/ws", last, pause, shown=f"url, {last}, {pause}")


async def arrives(calling: Call, stage: Stage, after: int) -> Player:
    """The learner's client connects and asks for what comes after that number.

    Returns the server's end of the connection. From there it is the server that speaks.
    """
    visiting = asyncio.create_task(stage.visitor("follow()"))
    returning = asyncio.create_task(calling.returns(2.0))  # or raising, which says more
    await asyncio.wait({visiting, returning}, return_when=asyncio.FIRST_COMPLETED)
    returning.cancel()
    expected = f"follow() to connect with after={after}"
    if not visiting.done():
        visiting.cancel()
        try:
            got = returning.result()
        except Unmet as unmet:
            raise Unmet(expected, unmet.came, wanted=BACK, error=unmet.error) from None
        came = f"it returned {say(got)} before it had all"
        raise Unmet(expected, came, wanted=BACK, got=got)
    try:
        server = visiting.result()
    except Unmet as unmet:
        raise Unmet(f"{expected}, within 1 s", unmet.came, wanted=BACK, silent=True) from None
    path = server.ws.request.path
    url = urlsplit(path)
    if (url.path, parse_qs(url.query).get("after")) != ("/ws", [str(after)]):
        raise Unmet(f"follow() to connect to /ws?after={after}", path, wanted=AFTER, got=path)
    return server


async def tells(server: Player, *numbers: int) -> None:
    """The server sends the messages with these numbers."""
    for number in numbers:
        await server.send_json({"n": number, "text": TEXTS[number - 1]})


async def returns(room: ClientRoom, calling: Call, stage: Stage, last: int) -> None:
    """It returns the texts of the messages up to `last`."""
    try:
        got = await calling.returns()
    except Unmet as unmet:
        if unmet.silent:
            await no_more(stage, unmet)
        raise
    room.same(got, TEXTS[:last], "what it returns")


async def no_more(stage: Stage, unmet: Unmet) -> None:
    """Nobody has connected once more, or that is what came in place of the return."""
    try:
        again = await stage.visitor("follow()", 0.01)
    except Unmet:
        return
    came = f"one more connection, to {again.ws.request.path}"
    raise Unmet(unmet.expected, came, wanted=RETURN)


async def stays_away(stage: Stage, until: float) -> None:
    """Nobody comes until then. The pause is much longer."""
    try:
        await stage.visitor("follow()", max(until - time.monotonic(), 0.01))
    except Unmet:
        return
    raise Unmet("a pause of 5 s", "a new try before its end", wanted=PAUSED, got=OWN)
