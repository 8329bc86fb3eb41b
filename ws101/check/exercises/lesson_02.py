"""Exercises of lesson 02: the life of a connection."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import App

PREFIX = "You said: "


def prefix_slip(case: Case) -> str | None:
    """The message came back, and its prefix is missing or another one."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(got, str) or not isinstance(wanted, str):
        return None
    text = wanted.removeprefix(PREFIX)
    if got == text:
        return f"The text came back as it was. {PREFIX!r} goes in front of it."
    if got.casefold().replace(" ", "") == wanted.casefold().replace(" ", ""):
        return f"Nearly: capitals and spaces count, and the prefix is {PREFIX!r}."
    if got.startswith(text):
        return f"The prefix came behind the text. {PREFIX!r} goes in front of it."
    if text and got.endswith(text):
        return "What was said before is in it as well. Answer the message that came, and no other."
    return None


echo = Exercise(
    "echo",
    App("/ws"),
    hints=(
        "A handler has three steps: accept the connection, then receive and send, over and over.",
        "`await websocket.accept()` comes first. `text = await websocket.receive_text()` waits for "
        "a message, `await websocket.send_text(…)` answers. A `while True:` holds the last two.",
        "When the client leaves, `receive_text` raises WebSocketDisconnect. Put the loop into a "
        "`try:` and `except WebSocketDisconnect: pass` behind it, or walk `websocket.iter_text()`, "
        "which ends by itself.",
    ),
    slips=(prefix_slip,),
)


@echo.behaviour("A text comes back, with 'You said: ' in front of it")
async def answers(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.send("hi")
    await ana.expects("You said: hi")


@echo.behaviour("So does the next one, and one with nothing in it")
async def goes_on(room: AppRoom) -> None:
    ana = await room.join("ana")
    for text in ("one", "two", "", "Grüße, 世界"):
        await ana.send(text)
        await ana.expects(PREFIX + text)


@echo.behaviour("Each client gets its own messages back, and nobody else's")
async def each_their_own(room: AppRoom) -> None:
    ana, bo = await room.join("ana", "bo")
    await bo.send("from bo")
    await ana.send("from ana")
    await ana.expects("You said: from ana")
    await bo.expects("You said: from bo")


@echo.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.send("bye")
    await ana.expects("You said: bye")
    await room.leaves_quietly(ana)
