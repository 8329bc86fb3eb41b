"""Clients that are refused: known by their names, each with what its handler did."""

import asyncio

from fastapi import WebSocket

from tests.check.answers import app_of, room_exercise
from ws101.check import Verdict
from ws101.check.apps import AppRoom


async def refuses(ws: WebSocket, name: str = ""):
    await ws.close()
    if name == "mallory":
        raise ValueError(name)
    if name == "eve":
        await asyncio.sleep(3600)


async def refuses_each(room: AppRoom, *names: str):
    for name in names:
        await room.refused(name, path="/ws?name={name}")


async def oscar_is_let_in(room: AppRoom):
    await room.join("oscar")


async def mallory_ends_quietly(room: AppRoom):
    await refuses_each(room, "mallory", "eve", "oscar")
    await room.ends_quietly("mallory")


async def eve_ends_quietly(room: AppRoom):
    await refuses_each(room, "eve", "oscar")
    await room.ends_quietly("eve", within=0.2)


async def oscar_ends_quietly(room: AppRoom):
    await refuses_each(room, "oscar", "mallory")
    await room.ends_quietly("oscar")


def test_a_refused_client_has_its_name_on_the_wire():
    report = room_exercise(mallory_ends_quietly, oscar_is_let_in)(app_of(refuses))
    refused, not_joined = (finding.conversation.text for finding in report.findings)
    for name in ("mallory", "eve", "oscar"):
        assert f" {name:7} → server  GET /ws?name={name}" in refused
    assert " oscar → server  GET /ws " in not_joined


def test_a_refused_client_is_known_by_its_name():
    exercise = room_exercise(mallory_ends_quietly, eve_ends_quietly, oscar_ends_quietly)
    report = exercise(app_of(refuses))
    raised, waits = report.findings
    assert raised.verdict == Verdict.RAISED
    assert raised.facts[1] == (
        "Expected", "the handler of mallory to end, without an exception, within 1 s"
    )  # fmt: skip
    assert waits.verdict == Verdict.TIMED_OUT, str(report)
    assert waits.place.source == "await asyncio.sleep(3600)"
    assert room_exercise(oscar_ends_quietly)(app_of(refuses)).passed
