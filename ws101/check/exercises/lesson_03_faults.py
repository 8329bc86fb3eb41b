"""What the exercises of lesson 03 do to an app, each the same way every time."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future

import httpx

from ws101.check import explain, places
from ws101.check.apps import AppRoom
from ws101.check.players import Player, patiently, say
from ws101.check.verdicts import Unmet
from ws101.check.watch import Patience


class Repeated(str):
    """A long text that a report shows as Python would write it: 'x' * 524288."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{self[0]!r} * {len(self)}"


BIG = Repeated("x" * 2**19)
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


async def vanish(*players: Player) -> None:
    """They vanish, in this order, and their resets are out when this returns."""
    for player in players:
        player.vanish()
        await player.ws.wait_closed()


async def clog(stalled: Player, sender: Player, *others: Player) -> None:
    """One stops reading, and its buffers are filled. The others read along."""
    stalled.stall()
    await sender.send(BIG)
    for player in (sender, *others):
        await hears_it(player, BIG)


async def hears_it(player: Player, text: Repeated, within: float = 1.0) -> None:
    """The next message is this long text."""
    expected = f"{text!r}, to {player.name}, within {within:g} s"
    got = await player.hears(expected, within, wanted=text)
    if got != text:
        raise Unmet(expected, say(got), client=player.name, wanted=text, got=got)


async def held_at(room: AppRoom, stalled: Player, text: str, within: float = 0.5) -> None:
    """Wait until a send of this text to the stalled one is held up, if it ever is."""

    def is_held() -> bool:
        visit = room.visit(stalled.name)
        return visit is not None and any(deed.payload == text for deed in visit.pending)

    waited = Patience()
    while not is_held() and waited.turn() < within:
        await asyncio.sleep(0.01)


async def counts(room: AppRoom, wanted: int, left: int = 0, within: float = 0.5) -> None:
    """`GET /count` comes to say so many.

    Args:
        left: how many it counted when this behaviour began, for the report.
    """
    expected = f"GET /count to answer {wanted}, within {within:g} s"
    got = "nothing"
    room.said.append(("somebody", "asked GET /count"))
    async with _http() as http:
        waited = Patience()
        while waited.turn() < within:
            try:
                got = await _counted(room, http)
            except httpx.HTTPError as error:
                raise Unmet(expected, f"no answer: {type(error).__name__}", silent=True) from None
            if got == str(wanted):
                return
            await asyncio.sleep(0.02)
    came = f"{got} ({left} of them left from what was tried before)" if left else got
    raise Unmet(expected, came, wanted=wanted, got=int(got) if got.isdecimal() else got)


async def left_before(room: AppRoom) -> int:
    """How many `/count` still counts, as a behaviour begins. Nobody should be there."""
    with contextlib.suppress(httpx.HTTPError, ValueError):  # `counts` is going to tell
        async with _http() as http:
            return int(await _counted(room, http))
    return 0


def _http() -> httpx.AsyncClient:
    # No proxy to this machine, and no certificates to load for plain HTTP.
    return httpx.AsyncClient(trust_env=False, verify=False, timeout=1.0)


async def _counted(room: AppRoom, http: httpx.AsyncClient) -> str:
    answer = await http.get(f"{room.host.url}/count")
    return answer.text if answer.is_success else f"HTTP {answer.status_code}"


async def tasks_of_their_own(room: AppRoom) -> set[asyncio.Task]:
    """The tasks that the learner's code has made and that have not ended.

    To hold on to them matters: one that nobody else refers to may be gone, not ended, by the time
    that it is asked for.
    """

    def find() -> set[asyncio.Task]:
        codes = {task: getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()}
        return {task for task, code in codes.items() if code and places.own(code.co_filename)}

    return await explain.ask(room.learner, find) or set()


async def end(tasks: set[asyncio.Task], within: float = 0.5) -> None:
    """They come to their end."""
    waited = Patience()
    while (left := sum(not task.done() for task in tasks)) and waited.turn() < within:
        await asyncio.sleep(0.01)
    if left:
        came = f"{left} of {len(tasks)} still there, when all clients have gone"
        raise Unmet(f"every task of yours to end, within {within:g} s", came)
