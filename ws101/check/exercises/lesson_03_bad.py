"""Exercise of lesson 03: a bad message ends the connection it came over, and no other."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import in_one_turn
from ws101.check.exercises.lesson_03_count import counts, left_before
from ws101.check.exercises.lesson_03_slips import awaited_nothing, nobody_kept
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.kinds import App
from ws101.check.players import Player

LIMIT = 100
TOO_LATE = "and one more thing"
MARK = "is all well?"


def took_text_for_granted(case: Case) -> str | None:
    """A message was asked for its text and had none."""
    if not isinstance(case.error, KeyError) or case.error.args[:1] not in (("text",), ("bytes",)):
        return None
    return (
        "A binary message has no text, and `receive_text` and `iter_text` know only texts. "
        '`event = await websocket.receive()` takes either, and `event.get("text")` is None for a '
        "binary one."
    )


def empty_bytes(case: Case) -> str | None:
    """An empty binary message that was taken for a text."""
    if not isinstance(case.error, TypeError) or case.visit is None or not case.visit.received:
        return None
    if case.visit.received[-1].payload != b"":
        return None
    return (
        'This binary message is empty, and counts as false. Ask `event.get("text") is None`, '
        "which is so for every binary one."
    )


def unaccepted(case: Case) -> str | None:
    """The first event of a connection was taken for a message."""
    if case.unmet.wanted != 101 or case.unmet.got != 403:
        return None
    return (
        "It was closed before it was accepted, and that refuses it. `await websocket.accept()` "
        "comes first."
    )


def went_on(case: Case) -> str | None:
    """The handler closed, and did not leave."""
    got = case.unmet.got
    failed = [v for v in case.visits if v.error is not None and v.error is case.error]
    if got == TOO_LATE or any(v.close is not None for v in failed):
        return (
            "The handler closed the connection and went on with what came in over it. Behind "
            "`close` comes `return`."
        )
    return None


def told_the_others(case: Case) -> str | None:
    """The bad message reached those whom it does not concern."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if wanted != MARK or got is None or got == TOO_LATE:
        return None
    return "This came of the bad message. It concerns its sender alone: the others get nothing."


def closed_innocent(case: Case) -> str | None:
    """The connection of somebody was closed who had sent nothing bad."""
    visit, wanted = case.visit, case.unmet.wanted
    if any(v.close and v.received and v.received[-1].payload == "" for v in case.visits):
        return 'An empty text is a text, but it counts as false. Ask `event.get("text") is None`.'
    if visit is None or visit.close is None or not isinstance(wanted, str):
        return None
    if not visit.received:
        return "It had sent nothing. Close the connection that the bad message came over, alone."
    last = visit.received[-1].payload
    if isinstance(last, str) and len(last) == LIMIT:
        if len(last.encode()) > LIMIT:
            return "The limit is in characters, `len(text)`. In UTF-8 some take several bytes."
        return f"This text has {LIMIT} characters. Only one that has more is too long."
    return None


def cut_off(case: Case) -> str | None:
    """The handler ended without a close code."""
    if not isinstance(case.unmet.wanted, int) or case.unmet.got != 1006 or case.error is not None:
        return None
    if case.source.not_awaited():
        return None
    return (
        "The handler just ended, so the client cannot know what it did wrong. Say it before: "
        f"`await websocket.close(code={case.unmet.wanted})`"
    )


def other_code(case: Case) -> str | None:
    """The handler closed with a code that means something else."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if wanted not in (1003, 1009) or not isinstance(got, int) or got in (1006, wanted):
        return None
    what = "a binary message" if wanted == 1003 else "a text that is too long"
    return f"{got} is another code. For {what} it has to be {wanted}: `close(code={wanted})`."


def nothing_sent(case: Case) -> str | None:
    """A text came in, and nothing went out to anybody."""
    said = nobody_kept(case)
    if said is None or any(v.sent for v in case.visits):
        return said
    return f"{said} Or is there a second receive, which waits for the next message?"


def ignored(case: Case) -> str | None:
    """The bad message was let pass in silence, or answered."""
    wanted = case.unmet.wanted
    if wanted not in (1003, 1009) or case.source.not_awaited():
        return None
    if case.unmet.silent:
        return (
            "The message was left aside, and its sender does not learn of it. Close its "
            f"connection: `await websocket.close(code={wanted})`, and `return`."
        )
    if isinstance(case.unmet.got, str) and case.unmet.got.startswith("xxx"):
        return (
            "It was sent to everyone, or a part of it was. Look at the length before the "
            "broadcast; who sent it is closed, and nothing of it goes out."
        )
    if isinstance(case.unmet.got, str):
        return "The task asks for a close code, not for a message: who sent this is to be closed."
    return None


def still_counted(case: Case) -> str | None:
    """Who was closed is still in the list."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if case.unmet.client is not None or not isinstance(wanted, int) or not isinstance(got, int):
        return None
    if got < wanted:
        return "There are fewer in `guests` than are connected. Add each one after `accept`."
    return (
        "Who was closed, or has left, is still in `guests`. Take it out however the handler ends: "
        "in a `finally:` around all that comes behind `append`."
    )


bad_message = Exercise(
    "bad_message",
    App("/ws"),
    hints=(
        "`receive_text` raises KeyError for a binary message. `event = await websocket.receive()` "
        "takes whatever comes, also that the client has left.",
        '`event["type"]` is "websocket.disconnect" when it has left. Else `text = '
        'event.get("text")`: None for a binary message. Then `await websocket.close(code=1003)`, '
        "and `return`.",
        "Accept, append, and then `try:` with the whole loop in it, `finally:` "
        "`guests.remove(websocket)`. In the loop, in this order: has it left? is it no text? is "
        "it too long? Only then `await tell_everyone(text)`.",
    ),
    slips=(
        goodbye_unheard, took_text_for_granted, empty_bytes, unaccepted, awaited_nothing,
        went_on, told_the_others, closed_innocent, cut_off, other_code, ignored, nothing_sent,
        still_counted,
    ),
)  # fmt: skip


async def all_well(ana: Player, *others: Player) -> None:
    """They are still there, and nothing else has reached them."""
    await ana.send(MARK)
    for player in (ana, *others):
        await player.expects(MARK)


@bad_message.behaviour("A text reaches everyone, its sender included, an empty one too")
async def everyone(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    for sender, text in ((ana, "hi"), (bo, ""), (cy, "hello")):
        await sender.send(text)
        for player in (ana, bo, cy):
            await player.expects(text)


@bad_message.behaviour("Who sends a binary message is closed with 1003, and nobody else notices")
async def binary(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    await bo.send(b"\x00\xff")
    await bo.expects_close(1003)
    await all_well(ana, cy)
    await room.ends_quietly(bo)


@bad_message.behaviour("Who sends a text of more than 100 characters is closed with 1009")
async def too_long(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    await bo.send("x" * (LIMIT + 1))
    await bo.expects_close(1009)
    await all_well(ana, cy)
    await room.ends_quietly(bo)


@bad_message.behaviour("A text of 100 characters is not too long, whatever they are")
async def long_enough(room: AppRoom) -> None:
    ana, bo = await room.join("ana", "bo")
    for text in ("x" * LIMIT, "ü" * LIMIT):
        await bo.send(text)
        await bo.expects(text)
        await ana.expects(text)


@bad_message.behaviour("What a client sent behind its bad message reaches nobody")
async def behind_it(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    async with in_one_turn(room):
        await bo.send(b"\x00\xff")
        await bo.send(TOO_LATE)
    await bo.expects_close(1003)
    await all_well(ana, cy)


@bad_message.behaviour("Who was closed, or has left, is taken out")
async def taken_out(room: AppRoom) -> None:
    left = await left_before(room)
    ana, bo, cy = await room.join("ana", "bo", "cy")
    await bo.send(b"")
    await bo.expects_close(1003)
    await room.leaves_quietly(cy)
    await counts(room, 1, left)
    await all_well(ana)
