"""Exercise of lesson 05: a client that comes back and resumes."""

from __future__ import annotations

import time
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from websockets.asyncio.server import ServerConnection

from ws101.check.clients import ClientRoom
from ws101.check.exercise import Exercise
from ws101.check.exercises import lesson_05_resume_slips as slips
from ws101.check.exercises.lesson_05_resume_server import (
    LONGER,
    PAUSE,
    arrives,
    call,
    returns,
    stays_away,
    tells,
)
from ws101.check.exercises.lesson_05_resume_slips import BACK, CLOSED, PAUSED
from ws101.check.exercises.tasks import nothing_left, standing
from ws101.check.kinds import Client
from ws101.check.players import patiently, say
from ws101.check.verdicts import Unmet

resume = Exercise(
    "resume",
    Client("url", "last", "pause"),
    hints=(
        "Two loops: the outer one connects, again and again; the inner one receives. The list and "
        "the newest number are made before both, so that they outlive a connection.",
        'Each time around the outer loop: `async with connect(f"{url}?after={newest}")`. The '
        "reconnecting `async for ws in connect(url)` will not do: it keeps the address that it was "
        "given, and with it the old number.",
        "The end of a connection can be an exception, or just the end of `async for`. Put `try:` "
        "around the `async with`, `except (OSError, InvalidHandshake, ConnectionClosed): pass` "
        "behind it, and `await asyncio.sleep(pause)` behind that, as the last line of the loop. "
        "From the inner loop, `return` the list when the newest number is `last`.",
    ),
    slips=slips.ALL,
)


@resume.behaviour("It asks for all from the first on, returns the texts up to `last`, and closes")
async def collects(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, 3)
    server = await arrives(calling, stage, 0)
    await tells(server, 1, 2, 3)
    await returns(room, calling, stage, 3)
    try:
        await patiently(server.ws.wait_closed(), 1.0)
    except TimeoutError:
        raise Unmet("follow() to close its connection", "it is open", wanted=CLOSED) from None


@resume.behaviour("When the server closes, it comes back and asks for what it does not have")
async def comes_back(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, 4)
    server = await arrives(calling, stage, 0)
    await tells(server, 1, 2)
    await server.close(1012, "restart")
    server = await arrives(calling, stage, 2)
    await tells(server, 3)
    await server.close(1012, "restart")
    server = await arrives(calling, stage, 3)
    await tells(server, 4)
    await returns(room, calling, stage, 4)


@resume.behaviour("So it is after code 1000, after a reset, and where no close frame comes")
async def any_end(room: ClientRoom) -> None:
    tries: list[float] = []
    ended: dict[str, float] = {}
    stage = await room.serve(process_request=lambda *_: tries.append(time.monotonic()))
    calling = call(room, stage, 3, LONGER)
    server = await arrives(calling, stage, 0)
    await tells(server, 1)
    ended["code 1000"] = time.monotonic()
    await server.close(1000)
    server = await arrives(calling, stage, 1)
    await patiently(await server.ws.ping(), 1.0)  # its handshake is over
    ended["a reset"] = time.monotonic()
    server.vanish()
    server = await arrives(calling, stage, 1)
    await tells(server, 2)
    ended["no close frame"] = time.monotonic()
    server.hang_up()
    server = await arrives(calling, stage, 2)
    gaps = zip(ended, ended.values(), tries[1:], strict=False)
    early = [how for how, end, again in gaps if again - end < 0.8 * LONGER]
    came = f"a new try at once, after {' and after '.join(early)}"
    if early:  # a slow machine makes it longer, never shorter
        raise Unmet(f"a pause of {LONGER} s after each end", came, wanted=PAUSED, got=early)
    await tells(server, 3)
    await returns(room, calling, stage, 3)


@resume.behaviour("Refused with 503, it waits for the pause, and tries again")
async def is_refused(room: ClientRoom) -> None:
    tries: list[float] = []

    async def refuse(ws: ServerConnection, _: Any) -> Any:
        tries.append(time.monotonic())
        if len(tries) in (2, 3):
            room.said.append(("the server", "refused with HTTP 503"))
            return ws.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Back soon.\n")
        return None

    stage = await room.serve(process_request=refuse)
    calling = call(room, stage, 2)
    server = await arrives(calling, stage, 0)
    await tells(server, 1)
    await server.close(1012, "restart")
    server = await arrives(calling, stage, 1)
    between = min(later - earlier for earlier, later in pairwise(tries))
    if between < 0.9 * PAUSE:  # a slow machine makes it longer, never shorter
        raise Unmet(f"a pause of {PAUSE} s before each try", "a new try at once", wanted=PAUSED)
    await tells(server, 2)
    await returns(room, calling, stage, 2)


@resume.behaviour("Where nobody listens yet, it goes on trying")
async def nobody_there(room: ClientRoom) -> None:
    stage = await room.serve(listening=False)  # its port is taken, and refuses
    room.said.append(("the server", "is not there yet"))
    calling = call(room, stage, 1, 0.005)  # so that it tries very often
    try:
        got = await calling.returns(0.2)
    except Unmet as unmet:
        if unmet.error is not None:
            raise
    else:
        raise Unmet("follow() to go on trying", f"it returned {say(got)}", wanted=BACK, got=got)
    await stage.open()
    server = await arrives(calling, stage, 0)
    await tells(server, 1)
    await returns(room, calling, stage, 1)


@resume.behaviour("A message that comes again is kept once")
async def once_each(room: ClientRoom) -> None:
    stage = await room.serve()
    calling = call(room, stage, 4)
    server = await arrives(calling, stage, 0)
    await tells(server, 1, 2)
    await server.close(1012, "restart")
    server = await arrives(calling, stage, 2)
    await tells(server, 2, 3, 3, 1, 4)
    await returns(room, calling, stage, 4)


@resume.behaviour("While one waits for its pause to end, another goes on; cancelled, it ends")
async def side_by_side(room: ClientRoom) -> None:
    before = await standing(room)
    first, second = await room.serve(), await room.serve()
    waiting = call(room, first, 2, 5)
    server = await arrives(waiting, first, 0)
    await tells(server, 1)
    other = call(room, second, 2)
    to_other = await arrives(other, second, 0)
    ended = time.monotonic()
    await server.close(1012, "restart")
    await tells(to_other, 1)
    await to_other.close(1012, "restart")
    to_other = await arrives(other, second, 1)
    await tells(to_other, 2)
    await returns(room, other, second, 2)
    listening = call(room, second, 1)
    await arrives(listening, second, 0)
    await stays_away(first, ended + 0.15)
    for cancelled in (listening, waiting):
        cancelled.cancel()
    room.said.append(("the check", "cancelled one that listens and one that waits"))
    await nothing_left(room, before)
