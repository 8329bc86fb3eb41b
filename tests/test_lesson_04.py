"""What lesson 04 says that its cells show, seen by running them."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from tests.lesson import Lesson
from ws101 import servers
from ws101.crowd import Crowd, crowd
from ws101.wire import View
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


def said(wire: View) -> list[str]:
    """Who said what, in the order of the wire."""
    frames = [e for e in wire.events if isinstance(e, FrameEvent) and e.header.opcode == 1]
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
    assert await lesson.run("gap", "gap-run") == ["ana: off"]
    for _ in range(2):
        lines = await lesson.run("gap-late")
        assert lines == ["ana: off", "cy: off", "ana: on   cy: (nothing)"]
    words = said(lesson.names["server"].wire)
    assert words[2:6] == ["ana < off", "cy < off", "ana > on", "ana < on"]
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


async def test_a_long_message_is_work_and_a_right_one_is_short(lesson):
    await lesson.run("take", "texts", "order", "verdict", "strict")
    long, right = await lesson.run("limit")
    assert re.fullmatch(r"1\.\d MB of JSON, [\d.]+ s to refuse it", long)
    assert right == "A right one has 13 characters."


async def test_the_page_shows_the_light_when_it_is_told_and_not_when_it_is_pressed(lesson):
    script = "\n".join(await lesson.run("toggle", "script"))
    told, pressed = script.split("button.onclick")
    assert "light.textContent" in told.partition("onmessage")[2]
    assert "light.textContent" not in pressed


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
    words = said(lesson.names["flipping_server"].wire)
    assert {"ana > toggle", "bo > toggle"} == set(words[2:4])
    assert words[4:] == ["ana < on", "bo < on", "ana < off", "bo < off"]
    assert await lesson.run("both-set") == [
        "ana: off   bo: off",
        "ana: on   bo: on",
        "ana: on   bo: on",
    ]


async def test_they_agree_on_who_has_won(lesson):
    counted, agreed = await lesson.run("wins", "wins-run")
    assert sum(int(number) for number in re.findall(r"\d+", counted)) == 50
    assert agreed == "Both heard the same, in the same order, 50 times of 50."


async def test_all_follow_di_and_the_wire_shows_it(lesson):
    """Bo and Cy stand for the two pages; tests/test_toggle_browser.py has real ones."""
    await lesson.run("toggle-json", "json-serve")
    server = lesson.names["json_server"]
    async with crowd(server, ["bo", "cy"]):
        await lesson.run("di", "listen")
        told = []
        for cell, state in (("di-off", "off"), ("di-on", "on")):
            line, nothing = await lesson.run(cell)
            assert json.loads(line.removeprefix("di: ")) == {"state": state}
            assert nothing == "(nothing more)"
            told.append({f'{name} < {{"state": "{state}"}}' for name in ("bo", "cy", "di")})
        await lesson.run("follow-wire")
        words = said(server.wire.since(lesson.names["came"]))[-8:]
        assert [words[0], words[4]] == ['di > {"set": "off"}', 'di > {"set": "on"}']
        assert [set(words[1:4]), set(words[5:])] == told
        nothing, clients, slowest, soon = await lesson.run("follow", "follow-run")
    assert (nothing, clients) == ("(nothing more)", "5 clients follow.")
    async with crowd(server, ["eve"]) as (eve,):
        assert json.loads(await eve.recv()) == {"state": "on"}  # what the pages show
    shown = r"They heard half of them within [\d.]+ ms, all within [\d.]+ ms."
    assert re.fullmatch(shown, slowest)
    assert re.fullmatch(r"\d+ of 100 changes took less than 100 ms.", soon)


async def test_a_new_server_begins_anew(lesson):
    assert await lesson.run("again-run") == ["off on", "off on"]


async def test_a_room_goes_on_while_later_ones_are_made(lesson):
    """They all run until the last cell, and no page that was left open walks in."""
    assert lesson.names["serve"].keywords == {"port": 0}
    await lesson.run("keeper", "keeper-run", "relay", "gap", "door", "flipping")
    assert await lesson.run("keeper-late", "keeper-next") == [
        "cy: (nothing)",
        "The server knows: on",
        "ana: off   bo: off   cy: off",
    ]


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
