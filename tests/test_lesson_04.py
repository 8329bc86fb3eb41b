"""What lesson 04 says that its cells show, seen by running them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.lesson import Lesson
from ws101 import servers
from ws101.crowd import Crowd, crowd
from ws101.wire.events import FrameEvent


@pytest.fixture
async def lesson():
    """The helpers of all parts. Who is still there afterwards is closed, and what still runs."""
    lesson, crowds = Lesson("04_toggle"), []

    def remembered(*args: Any, **options: Any) -> Crowd:
        crowds.append(crowd(*args, **options))
        return crowds[-1]

    await lesson.run("imports", "flip", "hear", "look-up")
    lesson.names["crowd"] = remembered
    yield lesson
    for clients in crowds:
        await clients.close()
    for server in servers():
        await asyncio.to_thread(server.stop)


def said(server) -> list[str]:
    """Who said what, in the order of the wire."""
    frames = [e for e in server.wire.events if isinstance(e, FrameEvent) and e.header.opcode == 1]
    return [
        f"{frame.peer.partition(' ')[0]} {'>' if frame.sender == 'client' else '<'} {frame.text}"
        for frame in frames
    ]


async def test_whoever_counts_for_themselves_stays_the_opposite(lesson):
    assert await lesson.run("relay", "relay-run") == ["{'ana': 'on', 'bo': 'on'}"]
    assert await lesson.run("relay-late") == [
        "{'ana': 'off', 'bo': 'off', 'cy': 'on'}",
        "{'ana': 'on', 'bo': 'on', 'cy': 'off'}",
    ]


async def test_a_latecomer_hears_nothing_until_the_next_change(lesson):
    assert await lesson.run("keeper", "keeper-run") == ["ana: on   bo: on"]
    assert await lesson.run("keeper-late") == ["cy: (nothing)", "The server knows: on"]
    assert await lesson.run("keeper-next") == ["ana: off   bo: off   cy: off"]


async def test_a_change_falls_into_the_gap_and_not_where_there_is_none(lesson):
    assert await lesson.run("gap", "gap-run") == ["off off"]
    assert await lesson.run("gap-late") == ["cy: off", "ana: on   cy: (nothing)"]
    await lesson.run("gap-stop")
    assert await lesson.run("door", "door-run") == ["ana: off"]
    assert await lesson.run("door-late") == ["ana: on   cy: on"]


async def test_nonsense_becomes_the_state_and_bytes_end_the_connection(lesson):
    await lesson.run("door", "door-run", "door-late")
    assert await lesson.run("nonsense-run") == [
        "bo: on",
        "ana: ON   bo: ON   cy: ON",
        'ana: {"on": true}   bo: {"on": true}   cy: {"on": true}',
    ]
    assert await lesson.run("nonsense-bytes") == ["bo: (cut off)", "1006"]
    assert await lesson.run("nonsense-stop") == ["""["KeyError: 'text'"]"""]


async def test_the_light_answers_mistakes_and_ana_notices_none(lesson):
    lines = await lesson.run("toggle", "toggle-serve", "toggle-run")
    assert [line.strip().partition(":")[0] for line in lines] == [
        *("bo", "off", "error", "off", "error", "off", "error", "off", "on"),
        *("ana", "off", "on"),
    ]
    await lesson.run("latest")
    assert [text.partition(":")[0] for text in lesson.names["backlog"]] == ["error"]


async def test_four_get_through_then_two_then_one(lesson):
    lines = await lesson.run("take", "texts", "take-run")
    assert ["Error: " in line for line in lines] == [False] * 4 + [True] * 3
    assert len({line[33:].partition(":")[0] for line in lines[4:]}) == 3
    lines = await lesson.run("order", "verdict", "order-run")
    assert ["Wish(" in line for line in lines] == [True, False, False, True] + [False] * 3
    lines = await lesson.run("strict")
    assert ["Strict(" in line for line in lines] == [True] + [False] * 6
    lines = await lesson.run("types")
    assert ["Dimmer(" in line for line in lines] == [True, True, True, False, True]
    with pytest.raises(ValidationError) as wrong:
        await lesson.run("order-wrong")
    *_, where, what, _ = str(wrong.value).splitlines()
    assert (where, what.strip()[:30]) == ("set", "Input should be 'on' or 'off' ")


async def test_the_light_in_json_names_seven_mistakes(lesson):
    await lesson.run("take", "texts", "toggle-json", "json-serve", "short")
    lines = [line.strip() for line in await lesson.run("json-run")]
    assert [line for line in lines if "Send {" not in line] == [
        *("bo:", "off", "on"),
        *("ana:", '{"state": "off"}', '{"state": "on"}'),
    ]
    assert len([line for line in lines if "Send {" in line]) == 7


async def test_two_toggles_make_it_dark_and_two_sets_make_it_light(lesson):
    await lesson.run("flipping", "busy", "both-press")
    assert await lesson.run("both-toggle") == [
        "ana: off   bo: off",
        "ana: on   bo: on",
        "ana: off   bo: off",
    ]
    words = said(lesson.names["server"])
    assert {"ana > toggle", "bo > toggle"} == set(words[2:4])
    assert words[4:] == ["ana < on", "bo < on", "ana < off", "bo < off"]
    assert await lesson.run("both-set") == [
        "ana: off   bo: off",
        "ana: on   bo: on",
        "ana: on   bo: on",
    ]


async def test_they_agree_on_who_has_won(lesson):
    lines = await lesson.run("toggle", "toggle-serve", "wins", "wins-run")
    assert lines[-1] == "Both heard the same, in the same order, 50 times of 50."


async def test_everybody_follows_and_a_new_server_begins_anew(lesson):
    await lesson.run("toggle-json", "json-serve", "di", "listen")
    for cell, state in (("di-off", "off"), ("di-on", "on")):
        line, nothing = await lesson.run(cell)
        assert json.loads(line.removeprefix("di: ")) == {"state": state}
        assert nothing == "(nothing more)"
    await lesson.run("follow", "follow-run")
    assert len(lesson.names["took"]) == 100
    assert await lesson.run("again-run") == ["off on", "off on"]


async def test_each_light_is_its_own_whatever_cell_runs_again(lesson):
    await lesson.run("toggle", "toggle-serve", "take", "texts", "order", "verdict")
    await lesson.run("toggle-json", "json-serve")
    first, second = lesson.names["toggle_server"], lesson.names["json_server"]
    async with crowd(first, ["ana"]) as (ana,), crowd(second, ["bo"]) as (bo,):
        for state in ("off", "on", "off"):
            assert await ana.recv() == state
            assert json.loads(await bo.recv()) == {"state": state}
            await lesson.run("toggle", "toggle-json")
            other = "off" if state == "on" else "on"
            await ana.send(other)
            await bo.send(json.dumps({"set": other}))
        assert await ana.recv() == json.loads(await bo.recv())["state"] == "on"
    lines = await lesson.run("order-run")
    assert ["Wish(" in line for line in lines] == [True, False, False, True] + [False] * 3
