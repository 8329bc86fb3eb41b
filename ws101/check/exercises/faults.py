"""What exercises do to an app, each the same way every time, however fast the machine."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future

from ws101.check import explain
from ws101.check.apps import AppRoom
from ws101.check.players import Player, patiently
from ws101.check.verdicts import Unmet
from ws101.check.watch import Patience

LATER = 15.0  # seconds: more than anybody's timeout, less than the 20 after which uvicorn pings
CANCELLED = "cancelled"
"""What a behaviour wants of a handler that a server ends as it stops."""


BIG = "x" * 2**19
"""More than the buffers on the way to a client hold. uvicorn takes it all the same, and keeps the
next send to this client waiting until most of it is out."""


@contextlib.asynccontextmanager
async def in_one_turn(room: AppRoom) -> AsyncIterator[None]:
    """What clients do in this block, the app's loop finds all at once, in this order.

    So it is with a busy server: it reads of a death and of a message in the same turn. Here its
    loop is made to wait for the few milliseconds that the block takes.
    """
    waiting: Future[None] = Future()
    go = threading.Event()

    def hold() -> None:
        waiting.set_result(None)
        go.wait(0.5)

    room.learner.loop.call_soon_threadsafe(hold)
    try:
        with contextlib.suppress(TimeoutError):  # a loop that is held already is told of elsewhere
            await patiently(asyncio.wrap_future(waiting), 1.0)
        yield
    finally:
        go.set()


async def time_flies(room: AppRoom, seconds: float = LATER) -> None:
    """So many seconds go by for the app's loop, and for nobody else.

    Its clock is put forward: a timeout or a sleep that would be over by then is over at once.
    """

    def put_forward() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time
        loop.time = lambda: before() + seconds  # type: ignore[method-assign]

    await explain.ask(room.learner, put_forward)
    room.said.append(("the server's clock", f"was put forward by {seconds:g} s"))
    for _ in range(5):  # turns of its loop, in which those who slept do what they slept before
        await explain.ask(room.learner, lambda: None)


async def vanish(*players: Player) -> None:
    """They vanish, in this order, and their resets are out when this returns."""
    for player in players:
        player.vanish()
        await player.ws.wait_closed()


async def cancelled(room: AppRoom, player: Player, within: float = 0.5) -> None:
    """A client's handler is cancelled, as a server does that stops, and ends."""
    visit = room.visit(player.name)
    if visit is None or visit.task is None:
        return
    await explain.ask(room.learner, visit.task.cancel)
    room.said.append(("the server", f"cancelled the handler of {player.name}"))
    waited = Patience()
    while not visit.ended and waited.turn() < within:
        await asyncio.sleep(0.01)
    if not visit.ended:
        expected = f"the handler of {player.name}, cancelled, to end"
        raise Unmet(expected, "it goes on", client=player.name, wanted=CANCELLED)


async def clog(stalled: Player, sender: Player, *others: Player) -> None:
    """One stops reading, and its buffers are filled. The others read along."""
    stalled.stall()
    await sender.send(BIG)
    for player in (sender, *others):
        await player.expects(BIG)


async def held_at(room: AppRoom, stalled: Player, text: str, within: float = 0.5) -> None:
    """Wait until a send of this text to the stalled one is held up, if it ever is."""

    def is_held() -> bool:
        visit = room.visit(stalled.name)
        return visit is not None and any(deed.payload == text for deed in visit.pending)

    waited = Patience()
    while not is_held() and waited.turn() < within:
        await asyncio.sleep(0.01)
