"""Exercise of lesson 03: a broadcast during which others come and go."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.exercises.faults import cancelled, clog, held_at, time_flies, vanish
from ws101.check.exercises.lesson_03_slips import (
    awaited_nothing,
    cancels_others,
    changed_size,
    nobody_kept,
    passed_over,
    taken_out_twice,
    uncancelled,
)
from ws101.check.exercises.lesson_03_under_way import (
    AFTER,
    MIDWAY,
    TITLE,
    both_stay,
    hear_both,
    read_again,
    second_error,
)
from ws101.check.exercises.tasks import none_unheard, not_caught
from ws101.check.kinds import App
from ws101.check.players import Player


def left_in_between(case: Case) -> str | None:
    """The send to somebody who left during the broadcast ended the sender's handler."""
    if type(case.error).__name__ != "WebSocketDisconnect" or not any(v.left for v in case.visits):
        return None
    if not any(v.error is case.error and not v.left for v in case.visits):
        return None
    return (
        "This one left after the loop had begun, and the exception of the send to it ended the "
        "handler of the sender, who has done nothing. Catch it around that one send, and go on. "
        "(To ask first is too early: it may also leave while the send waits.)"
    )


def given_up(case: Case) -> str | None:
    """The send to the one who reads nothing was left out, or not brought to its end."""
    visit, wanted = case.visit, case.unmet.wanted
    if case.unmet.client != "bo" or case.unmet.got or wanted not in (MIDWAY, AFTER):
        return None
    if visit is None or visit.left or visit.error or case.source.not_awaited():
        return None
    if any(deed.payload == wanted for deed in (*visit.sent, *visit.pending)):
        return None
    return (
        "The send to bo was given up before he read again, or he was left out, so he has lost this "
        "text. Here nothing may be lost, however late he reads: no timeout around a send."
    )


def newcomer(case: Case) -> str | None:
    """Somebody who came during the broadcast was sent to."""
    if case.unmet.client != "fay" or case.unmet.got != MIDWAY:
        return None
    return (
        "fay came while the text was under way. The loop walks the list itself, so it goes on into "
        "what is appended meanwhile. Walk a copy, made before the first send."
    )


def never_added(case: Case) -> str | None:
    """Somebody who came during the broadcast gets nothing later, either."""
    if case.unmet.client != "fay" or not case.unmet.silent:
        return None
    return "fay came during a broadcast, and from then on belongs to `members` like all others."


def twice(case: Case) -> str | None:
    """Somebody got one text twice."""
    if case.unmet.got != MIDWAY or case.unmet.wanted != AFTER or case.unmet.client == "fay":
        return None
    return (
        "It got this text twice. When somebody leaves, the others move in the list under the loop "
        "that walks it. Walk a copy, made before the first send."
    )


def cannot_leave(case: Case) -> str | None:
    """Leaving waits until the broadcast has ended."""
    if not case.unmet.expected.startswith("the handler of") or not case.unmet.silent:
        return None
    return (
        f"{case.unmet.client} has left, and its handler waits for the broadcast to end, which "
        "waits for bo, who reads nothing. A lock around the sends keeps everybody in. Copy the "
        "list in place of locking it."
    )


def cannot_come(case: Case) -> str | None:
    """Coming waits until the broadcast has ended."""
    if case.unmet.wanted != 101 or case.unmet.client != "fay" or not case.unmet.silent:
        return None
    return (
        "fay's handshake waits for the broadcast to end, which waits for bo, who reads nothing. "
        "Copy the list in place of locking it."
    )


midway = Exercise(
    "midway",
    App("/ws"),
    hints=(
        "Each `await` in the loop may wait, and while it waits other handlers run. They change "
        "`members`, and the loop goes on with a list that is not the one it began with.",
        "`for member in list(members):` walks a copy, which nobody changes. But then it holds "
        "those, too, who have left since: what does the send to them do to the handler that sends?",
        "Put `try:` around the one `await member.send_text(text)`, and behind it `except "
        "(WebSocketDisconnect, RuntimeError): continue`. Who has gone is taken out by its own "
        "handler.",
    ),
    slips=(
        not_caught, left_in_between, second_error, uncancelled, cancels_others, changed_size,
        taken_out_twice, awaited_nothing, newcomer, twice, cannot_leave, cannot_come, never_added,
        nobody_kept, given_up, passed_over,
    ),
)  # fmt: skip


async def hold_up(room: AppRoom, bo: Player, ana: Player, *others: Player) -> None:
    """Bo reads nothing, and Ana's text is on its way to everybody who is there."""
    await clog(bo, ana, *others)
    await ana.send(MIDWAY)
    await held_at(room, bo, MIDWAY)


async def hear_it_once(ana: Player, *others: Player) -> None:
    """Those who stayed get the text, and then the next one."""
    for player in (ana, *others):
        await player.expects(MIDWAY)
    await ana.send(AFTER)
    for player in (ana, *others):
        await player.expects(AFTER)


@midway.behaviour("A text reaches everyone, its sender included")
async def everyone(room: AppRoom) -> None:
    ana, bo, cy = await room.join("ana", "bo", "cy")
    for sender, text in ((ana, "hi"), (cy, "hello")):
        await sender.send(text)
        for player in (ana, bo, cy):
            await player.expects(text)
    await room.leaves_quietly(bo)


@midway.behaviour("Somebody leaves during a broadcast: nobody else is skipped")
async def one_leaves(room: AppRoom) -> None:
    ed, bo, cy, ana = await room.join("ed", "bo", "cy", "ana")
    await hold_up(room, bo, ana, ed, cy)
    await room.leaves_quietly(ed)
    await time_flies(room)
    await read_again(bo)
    await hear_it_once(ana, bo, cy)


@midway.behaviour("Somebody comes during a broadcast: it gets the next text, not this one")
async def one_comes(room: AppRoom) -> None:
    bo, ana = await room.join("bo", "ana")
    await hold_up(room, bo, ana)
    fay = await room.join("fay")
    await fay.send(AFTER)
    await read_again(bo)
    await hear_both(ana, bo)
    await fay.expects(AFTER)


@midway.behaviour("Somebody leaves before its turn: those behind it get the text, the sender stays")
async def one_leaves_early(room: AppRoom) -> None:
    bo, cy, di, ana = await room.join("bo", "cy", "di", "ana")
    await hold_up(room, bo, ana, cy, di)
    await room.leaves_quietly(cy)
    await read_again(bo)
    await hear_it_once(ana, bo, di)


@midway.behaviour("The one that holds it up vanishes: the others get the text, the sender stays")
async def the_holder_vanishes(room: AppRoom) -> None:
    ed, bo, cy, ana = await room.join("ed", "bo", "cy", "ana")
    await hold_up(room, bo, ana, ed, cy)
    async with none_unheard(room):
        await vanish(bo)
        await hear_it_once(ana, ed, cy)
        await room.ends_quietly(bo)


midway.behaviour(TITLE)(both_stay)


@midway.behaviour("A handler that is cancelled in the middle of a broadcast ends")
async def stops(room: AppRoom) -> None:
    bo, ana = await room.join("bo", "ana")
    await hold_up(room, bo, ana)
    await cancelled(room, ana)
