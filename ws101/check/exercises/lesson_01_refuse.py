"""Exercise of lesson 01 on refusing: a handshake that an app does not accept."""

from __future__ import annotations

import asyncio
import contextlib

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import App
from ws101.check.players import patiently
from ws101.check.probe import Visit
from ws101.check.verdicts import Unmet

HOME, FOREIGN = "https://shop.example", "https://evil.example"
EXACTLY = f'Let in what equals "{HOME}", and nothing else.'
WELCOME = "welcome"
LOOKALIKES = {
    "https://shop.example.evil.example": "`startswith` and `in` let this one pass. " + EXACTLY,
    "https://notshop.example": "`endswith` and `in` let this one pass. " + EXACTLY,
    "http://shop.example": "Another scheme is another origin. " + EXACTLY,
    "https://shop.example:8443": "Another port is another origin. " + EXACTLY,
    "null": "What has no origin of its own, a sandboxed frame for example, sends the word `null`. "
    "It is not the same as no header.",
}


def refuse_slip(case: Case) -> str | None:
    """An Origin that was not looked at, too late, or not well enough; or a refusal gone wrong."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if isinstance(case.error, KeyError) and "origin" in case.error.args:
        return (
            "Not every client sends an Origin, and `headers[…]` raises for one that is not there. "
            '`websocket.headers.get("origin")` gives None.'
        )
    if case.error is not None and case.visit is not None and case.visit.close is not None:
        return "The handler went on after the refusal. Put a `return` behind `close()`."
    if (got, wanted) == (500, 403) and not case.source.not_awaited():
        return (
            "The handler ended and had said neither yes nor no, which the server takes for a "
            "fault: 500. No is `await websocket.close()`, before any `accept`."
        )
    if wanted == 403 and got == 101 and _is_sent_away(case.visit):
        return (
            "`accept` sends the 101, and what comes behind it is too late for a 403. Look at the "
            "Origin first, and `close` in place of `accept`."
        )
    if wanted == 403 and got == 101:
        return (
            "Nobody looked at the Origin of this handshake. It is in "
            '`websocket.headers.get("origin")`. Middleware for HTTP, CORS too, sees no WebSocket.'
        )
    if wanted == 403 and isinstance(got, int):
        return f"HTTP {got} says something else. 403, Forbidden, is what a plain `close()` makes."
    if wanted == 403 and got in LOOKALIKES:
        return LOOKALIKES[got]
    if (got, wanted) == (403, 101) and case.unmet.client == "bot":
        return "Without the header, `get` gives None. Who sends no Origin is no page: let it in."
    if (got, wanted) == (403, 101):
        return (
            f"The Origin of this page is {HOME!r}: a scheme and a host, and no slash behind. If "
            "that is what you compare with, is it the right way round?"
        )
    return None


def _is_sent_away(visit: Visit | None) -> bool:
    """Whether the app closed a connection that it had accepted, in place of a welcome."""
    if visit is None or visit.close is None:
        return False
    return all(deed.payload != WELCOME for deed in visit.sent)


refuse = Exercise(
    "refuse",
    App("/ws"),
    hints=(
        "The handshake's headers are in `websocket.headers` before anything is accepted. So look "
        "first, and then decide.",
        '`websocket.headers.get("origin")` is the text, or None if there is no such header. '
        "`await websocket.close()` without an `accept` before it makes the 403.",
        f'`if websocket.headers.get("origin") not in (None, "{HOME}"):` finds those who may not '
        "come in. Close, and `return`. Below, accept and send.",
    ),
    slips=(refuse_slip,),
)


async def _comes_in(room: AppRoom, name: str, origin: str | None) -> None:
    room.said.append(
        (name, f"is a page with Origin {origin}" if origin else "is a program, with no Origin")
    )
    player = await room.join(name, origin=origin)
    await player.expects(WELCOME)


async def _stays_out(room: AppRoom, name: str, origin: str) -> None:
    room.said.append((name, f"is a page with Origin {origin}"))
    expected = f"HTTP 403, to {name}, and no 101"
    try:
        player = await room.join(name, origin=origin)
    except Unmet as unmet:
        if unmet.got != 403:
            raise Unmet(expected, unmet.came, client=name, wanted=403, got=unmet.got) from None
    else:
        with contextlib.suppress(TimeoutError):
            await patiently(player.ws.wait_closed(), 0.3)
        came = "101 Switching Protocols"
        if _is_sent_away(room.visit(name)):
            came += f", and then a close with code {player.ws.close_code}"
            raise Unmet(expected, came, client=name, wanted=403, got=101)
        got = origin if origin in LOOKALIKES else 101
        raise Unmet(expected, came, client=name, wanted=403, got=got)
    await _ends_quietly(room, name)


async def _ends_quietly(room: AppRoom, name: str) -> None:
    """A refusal is not an accident: its handler raises nothing."""
    visit = room.visit(name)
    for _ in range(25):
        if visit is None or visit.ended:
            break
        await asyncio.sleep(0.02)
    if visit is not None and visit.error is not None:
        words = f"{type(visit.error).__name__}: {visit.error}"
        raise Unmet(
            f"the handler of {name} to end without an exception",
            words,
            client=name,
            error=visit.error,
        )


@refuse.behaviour(f"A page of {HOME} is let in, and is sent {WELCOME!r}")
async def own_page(room: AppRoom) -> None:
    await _comes_in(room, "ana", HOME)


@refuse.behaviour("A page of another site gets 403, and no WebSocket")
async def foreign_page(room: AppRoom) -> None:
    await _stays_out(room, "mallory", FOREIGN)


@refuse.behaviour("So does one whose Origin only looks like it")
async def lookalike(room: AppRoom) -> None:
    for origin in (FOREIGN, *LOOKALIKES):
        await _stays_out(room, "mallory", origin)


@refuse.behaviour("A client that is no page sends no Origin, and is let in")
async def no_page(room: AppRoom) -> None:
    await _comes_in(room, "bot", None)


@refuse.behaviour("After a refusal the next page of ours is let in as before")
async def afterwards(room: AppRoom) -> None:
    await _stays_out(room, "mallory", FOREIGN)
    await _comes_in(room, "ana", HOME)
