"""Exercise of lesson 04: a toggle that speaks JSON, and checks what it is told."""

from __future__ import annotations

import json
from typing import Any

from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_04_json_slips import SLIPS, Wrong, found
from ws101.check.exercises.lesson_04_lines import SlowApp, SlowRoom
from ws101.check.exercises.lesson_04_slips import OTHER, Missed
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

toggle_json = Exercise(
    "toggle_json",
    SlowApp("/ws"),
    hints=(
        "Begin with the model: one field, `set`, of which only two values are right, and nothing "
        'beside it. `Literal["on", "off"]` and `extra="forbid"` behind `BaseModel` say that.',
        "`Order.model_validate_json(text)` reads and validates at once, and raises "
        "ValidationError for anything wrong, bad JSON too. Catch it inside of the loop, so that "
        "the loop goes on.",
        "`event = await websocket.receive()` gives texts and bytes alike. Leave the loop when "
        '`event["type"]` is "websocket.disconnect". If `event.get("text")` is None, it was binary: '
        "an error, like the others.",
    ),
    slips=SLIPS,
)


async def told(player: Player) -> str:
    """The next message is the state, whichever it is."""
    expected = f'{{"state": "on"}} or {{"state": "off"}}, to {player.name}, within 1 s'
    got = await player.hears(expected, wanted="state")
    news = found(got)
    if news not in ({"state": "on"}, {"state": "off"}):
        raise Unmet(expected, say(got), client=player.name, wanted="state", got=got)
    return news["state"]


async def met(room: SlowRoom) -> tuple[Player, Player, str]:
    """Ana and Bo are there, and have been told the state."""
    ana, bo = await room.join("ana", "bo")
    try:
        state = await told(ana)
    except Unmet as unmet:
        if not is_nonsense(unmet.got):
            raise
        await bo.hears()  # an earlier behaviour has left this, and has said so: put it right
        state = await changes("off", ana, bo)
    else:
        await bo.expects_json({"state": state})
    return ana, bo, state


def is_nonsense(got: Any) -> bool:
    """Whether this tells a state that is none."""
    news = found(got)
    return isinstance(news, dict) and news.keys() == {"state"} and news["state"] not in OTHER


async def changes(state: str, sender: Player, *others: Player) -> str:
    """A valid message changes the state for everybody. Returns the new one."""
    new = OTHER[state]
    await sender.send_json({"set": new})
    for player in (sender, *others):
        await player.expects_json({"state": new})
    return new


async def errs(player: Player, message: str | bytes, state: str) -> None:
    """A message is answered with an error, and with the state as it is."""
    await player.send(message)
    wanted = {"state": state, "error": "what is wrong"}
    expected = f"an error to {player.name}, such as {json.dumps(wanted)}, within 1 s"
    try:
        got = await player.hears(expected, wanted=wanted)
        news = found(got)
        fits = isinstance(news, dict) and news.keys() >= wanted.keys() and news["state"] == state
        if not fits or not isinstance(news["error"], str) or not news["error"]:
            raise Unmet(expected, say(got), client=player.name, wanted=wanted, got=got)
    except Unmet as unmet:
        wrong = Wrong(
            unmet.expected, unmet.came, client=player.name, wanted=wanted, got=unmet.got,
            silent=unmet.silent,
        )  # fmt: skip
        wrong.sent = message
        raise wrong from None


async def all_err(room: SlowRoom, *messages: str | bytes) -> None:
    """Each is Ana's alone to hear of, and all goes on behind it."""
    ana, bo, state = await met(room)
    for message in messages:
        await errs(ana, message, state)
    await changes(state, ana, bo)


@toggle_json.behaviour('Who connects is told the state, as {"state": "off"} or "on"')
async def tells(room: SlowRoom) -> None:
    ana = await room.join("ana")
    await told(ana)


@toggle_json.behaviour('{"set": "on"} and {"set": "off"} change it for everybody')
async def sets(room: SlowRoom) -> None:
    ana, bo, state = await met(room)
    state = await changes(state, ana, bo)
    state = await changes(state, bo, ana)
    state = await changes(state, bo, ana)
    cy = await room.join("cy")
    await cy.expects_json({"state": state})


@toggle_json.behaviour("What is no JSON gets an error, its sender alone, who stays")
async def not_json(room: SlowRoom) -> None:
    await all_err(room, "on", '{"set": "on"', "", "{'set': 'on'}")


@toggle_json.behaviour('So does what is no object, and a "set" that is neither "on" nor "off"')
async def wrong_types(room: SlowRoom) -> None:
    values = ["on", ["on"], 1, None, {"set": "maybe"}, {"set": "ON"}, {"set": True}, {"set": 1},
              {"set": None}, {"set": ["on"]}, {"set": {"state": "on"}}]  # fmt: skip
    await all_err(room, *map(json.dumps, values))


@toggle_json.behaviour('So does a message without "set", and one with more than that')
async def wrong_fields(room: SlowRoom) -> None:
    values = [{}, {"state": "on"}, *({"set": state, "by": "ana"} for state in OTHER)]
    await all_err(room, *map(json.dumps, values))


@toggle_json.behaviour("So does a binary message, even if the right JSON is in it")
async def binary(room: SlowRoom) -> None:
    await all_err(room, b'{"set": "on"}', b'{"set": "off"}', b"\x00\xff", b"")


@toggle_json.behaviour("A newcomer on a slow line does not miss a change made meanwhile")
async def changes_meanwhile(room: SlowRoom) -> None:
    ana = await room.join("ana")
    state = await told(ana)
    bo = await room.join_slowly("bo")
    await room.is_sent(bo, "the state, to bo, within 1 s")
    new = OTHER[state]
    await room.has_taken(ana, json.dumps({"set": new}))
    await room.go_on(bo)
    await ana.expects_json({"state": new})
    if await told(bo) == state:
        try:
            await bo.expects_json({"state": new})
        except Unmet as unmet:
            if not unmet.silent:
                raise
            raise Missed(unmet.expected, unmet.came, client="bo", wanted=unmet.wanted) from None
    await changes(new, ana, bo)


@toggle_json.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: SlowRoom) -> None:
    ana, bo, state = await met(room)
    await errs(bo, "bye", state)
    await room.leaves_quietly(bo)
    await changes(state, ana)
