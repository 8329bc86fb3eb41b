"""Exercise of lesson 02: text, JSON and bytes, each answered in its own kind."""

from __future__ import annotations

import json
from typing import Any

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.goodbyes import goodbye_unheard
from ws101.check.kinds import App


def falsy(case: Case) -> str | None:
    """An empty message was taken for none."""
    if case.visit is None or not case.visit.received or case.visit.received[-1].payload:
        return None
    if case.source.not_awaited():
        return None  # then nothing is answered, empty or not
    if not case.unmet.silent and not isinstance(case.error, KeyError | TypeError):
        return None
    return (
        "The message is empty, and an empty text or bytes counts as false. Ask for the kind with "
        '`is None`: `event.get("text") is not None`.'
    )


def not_json(case: Case) -> str | None:
    """A text that is no JSON was read as JSON."""
    if not isinstance(case.error, json.JSONDecodeError):
        return None
    return (
        "Not every text is JSON. `json.loads`, and `receive_json` with it, raises ValueError for "
        "those that are not: catch it."
    )


def not_text(case: Case) -> str | None:
    """Bytes were decoded, or dropped."""
    if isinstance(case.error, UnicodeDecodeError):
        return "Not all bytes are text in UTF-8. Send them back as they are, with `send_bytes`."
    if not isinstance(case.unmet.wanted, bytes) or not case.unmet.silent:
        return None
    if case.source.not_awaited():
        return None
    return "The binary message was received, and the handler did nothing with it."


def wrong_kind(case: Case) -> str | None:
    """A message came back as another kind's, or JSON did not come back as JSON."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if isinstance(wanted, dict):
        return _no_wrapped_json(got, wanted)
    if isinstance(wanted, bytes) and got == str(wanted):
        return (
            "That is how Python writes bytes, as a text. `send_bytes` sends the bytes themselves."
        )
    if not isinstance(got, str) or "you_sent" not in got:
        return None
    if isinstance(wanted, bytes):
        return "The content does not tell the kind, the frame does: these bytes are no text."
    return "This is JSON, but no object: `json.loads` makes no `dict` of it. So it is a text."


def _no_wrapped_json(got: Any, wanted: dict[str, Any]) -> str | None:
    if isinstance(got, bytes):
        return 'JSON is text. `send_json` sends it as one, unless it is told `mode="binary"`.'
    if got == str(wanted):
        return "That is how Python writes a dictionary. JSON is what `json.dumps` makes of it."
    try:
        found = json.loads(got) if isinstance(got, str) else None
    except ValueError:
        return None
    if found == wanted["you_sent"]:
        return "The object came back as it was. It goes into another one, behind 'you_sent'."
    return None


echo_kinds = Exercise(
    "echo_kinds",
    App("/ws"),
    hints=(
        "Read the report: it names the first message that got the wrong answer, and the line. "
        "There are three faults, and they show one after another.",
        "`receive_text()` knows texts only. `event = await websocket.receive()` gives what came: "
        '`event["type"]`, and `event.get("text")` or `event.get("bytes")`, of which one is not '
        "None. When the client has left, the type is 'websocket.disconnect'.",
        "`send_json` makes the JSON itself, so give it the dictionary. And a text that begins with "
        "`{` need not be JSON: put `json.loads` into a `try:`, and behind `except ValueError:` "
        "treat it as a text. What it makes of `5` or `[1, 2]` is no `dict`.",
    ),
    slips=(goodbye_unheard, falsy, not_json, not_text, wrong_kind),
)


@echo_kinds.behaviour("A text comes back as it was")
async def text_as_text(room: AppRoom) -> None:
    ana = await room.join("ana")
    for text in ("hi", "Grüße, 世界"):
        await ana.send(text)
        await ana.expects(text)


@echo_kinds.behaviour("A JSON object comes back as JSON, behind 'you_sent'")
async def json_as_json(room: AppRoom) -> None:
    ana = await room.join("ana")
    for value in ({"n": 1}, {"name": "世界", "tags": ["a", None]}, {}):
        await ana.send_json(value)
        await ana.expects_json({"you_sent": value})


@echo_kinds.behaviour("Bytes come back as bytes, whatever is in them")
async def bytes_as_bytes(room: AppRoom) -> None:
    ana = await room.join("ana")
    for data in (b"\x00\xff", b'{"n": 1}'):
        await ana.send(data)
        await ana.expects(data)


@echo_kinds.behaviour("A text that is no JSON object comes back as it was, braces or not")
async def nearly_json(room: AppRoom) -> None:
    ana = await room.join("ana")
    for text in ('{"n": 1', "{hello}", "[1, 2]", "5", "null"):
        await ana.send(text)
        await ana.expects(text)


@echo_kinds.behaviour("Empty messages have a kind too")
async def empty(room: AppRoom) -> None:
    ana = await room.join("ana")
    for message in ("", b"", "still there"):
        await ana.send(message)
        await ana.expects(message)


@echo_kinds.behaviour("When a client leaves, its handler ends without an exception")
async def goodbye(room: AppRoom) -> None:
    ana = await room.join("ana")
    await ana.send(b"bye")
    await ana.expects(b"bye")
    await room.leaves_quietly(ana)
