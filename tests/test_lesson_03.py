"""What lesson 03 states of each rung, seen by running its own cells against real sockets."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from tests.lesson import Lesson
from ws101 import servers
from ws101.crowd import Crowd, crowd


@pytest.fixture
async def lesson():
    """The helpers of all parts. Who is still there afterwards is closed, and what still runs."""
    lesson, crowds = Lesson("03_broadcast"), []

    def remembered(*args: Any, **options: Any) -> Crowd:
        crowds.append(crowd(*args, **options))
        return crowds[-1]

    await lesson.run("imports", "port", "hear", "manager", "room", "busy")
    lesson.names["crowd"] = remembered
    yield lesson
    for clients in crowds:
        await clients.close()
    for server in servers():
        await asyncio.to_thread(server.stop)


@pytest.fixture
async def mended(lesson):
    """From part 3 on."""
    await lesson.run("tolerant", "room-mended", "recite")
    return lesson


@pytest.fixture
async def stalled(mended):
    """After 3.1: how many messages it takes is known."""
    await mended.run("stall-run", "stall-told")
    return mended


@pytest.fixture
async def queued(mended):
    """From 4.2 on."""
    await mended.run("write", "queued", "bounded", "policies", "disconnect", "clog")
    return mended


# Parts 1 and 2


async def test_echo_reaches_its_sender_and_a_loop_everyone(lesson):
    (line,) = await lesson.run("echo-run")
    assert line == "ana: Message text was: hello   bo: (nothing)   cy: (nothing)"
    assert await lesson.run("polite-run") == [
        "ana: hello   bo: hello   cy: hello",
        "ana: Cy has left   bo: Cy has left",
    ]


async def test_one_vanishes_and_the_sender_pays(lesson):
    assert await lesson.run("vanish-run") == ["ana: (cut off)   bo: (nothing)"]
    assert "Traceback" not in str(lesson.names["server"].log)
    busy, _ = await lesson.run("vanish-count")
    assert busy == "busy server: Ana was cut off in 20 of 20 tries"


async def test_one_bad_message_empties_the_room(lesson):
    di, *lines = await lesson.run("nonsense-run")
    assert di == "di: (cut off)"
    assert lines[0] == "ana: ana speaks   bo: ana speaks   cy: ana speaks"
    assert lines[1] == "ana: (cut off)   bo: bo speaks   cy: bo speaks"
    assert lines[3] == "ana: (cut off)   bo: (cut off)   cy: (cut off)"
    assert lines[2] in (
        "ana: (cut off)   bo: (cut off)   cy: (cut off)",
        "ana: (cut off)   bo: (cut off)   cy: cy speaks",  # where Cy stands before Bo in the list
    )
    first, bo = await lesson.run("errors")  # and none of Ana and Cy: theirs were caught
    assert first == "KeyError: 'text'"
    assert "WebSocketDisconnected: " in bo
    assert issubclass(WebSocketDisconnected, RuntimeError)
    assert not issubclass(WebSocketDisconnected, WebSocketDisconnect)


async def test_usual_mend_skips_removes_twice_and_hides(lesson):
    assert await lesson.run("catching", "catching-run") == ["ana: (nothing)   bo: hello"]
    assert "ValueError: list.remove(x): x not in list" in str(lesson.names["server"].log)
    heard, log = await lesson.run("slip-run")
    assert (heard.count("hello"), heard.count("(nothing)")) == (2, 2)
    assert log == "0 errors in the log"


async def test_mended_for_both(mended):
    assert await mended.run("tolerant-run") == [
        "ana: hello   bo: hello",
        "di: 1003 A message is text, please.",
    ]


# Part 3


async def test_one_stops_reading_and_nobody_hears_anything(stalled):
    assert 0 < stalled.names["before"] < 400
    *_, last = (event for event in stalled.names["server"].wire.only("cy").events)
    assert last.unsent > 0
    before = stalled.names["before"]  # the one that hangs comes next, and is not on his wire
    assert int(last.text.split()[0]) in (before - 2, before - 1)
    assert "Traceback" not in str(stalled.names["server"].log)


async def test_somebody_comes_and_the_sender_pays(stalled):
    assert await stalled.run("changed-run") == ["ana: (cut off)"]
    log = str(stalled.names["server"].log).rstrip()
    assert log.endswith("RuntimeError: Set changed size during iteration")


async def test_gather_stops_as_well_and_a_timeout_each_goes_on(stalled):
    await stalled.run("gathering", "recite-past-cy", "gathering-run", "hurried", "hurried-run")
    heard = stalled.names["heard"]
    assert len(heard["gather, Cy stalls"]) < 400
    assert len(heard["a loop, nobody stalls"]) == 2 * stalled.names["before"]
    assert len(heard["10 ms each, Cy stalls"]) == 2 * stalled.names["before"]


# Part 4


async def test_a_queue_each_and_nobody_waits(stalled):
    await stalled.run("write", "queued")
    stalled.names["draw"] = lambda heard: None
    (line,) = await stalled.run("queued-run")
    assert len(stalled.names["heard"]["a queue each, Cy stalls"]) == 2 * stalled.names["before"]
    assert re.fullmatch(r"[1-9]\d* messages, \d+\.\d MB, wait for Cy in .*", line)


async def test_what_cy_gets_under_each_policy(stalled, queued):
    sent = 2 * queued.names["before"]
    await queued.run("cy-gets")
    policies = ("drop_newest", "drop_oldest", "keep_latest", "disconnect")
    newest, oldest, latest, ended = await asyncio.gather(
        *(queued.names["cy_gets"](queued.names[policy]) for policy in policies)
    )
    for numbers, code in (newest, oldest, latest):
        assert numbers == sorted(set(numbers))
        assert code is None
    assert newest[0] == list(range(len(newest[0])))
    assert len(newest[0]) < sent
    assert oldest[0][-5:] == list(range(sent - 5, sent))
    assert oldest[0][:-5] == list(range(len(oldest[0]) - 5))
    gap = next(place for place, number in enumerate(latest[0]) if place != number)
    assert 1 <= len(latest[0][gap:]) <= 5
    assert latest[0][-1] == sent - 1
    assert ended == (list(range(len(ended[0]))), 1013)
    assert len(ended[0]) < sent


async def test_close_waits_for_a_client_that_is_stuck(queued):
    await queued.run("stuck-run")
    (line,) = await queued.run("stuck-close")
    assert line.startswith("not closed in half a second: ")
    assert line.endswith("3 connections open>")


async def test_hub_cuts_it_off_and_the_others_go_on(queued):
    await queued.run("hub-imports", "hub-run")
    (line,) = await queued.run("hub-cut")
    assert line.endswith("2 connections open>")
    *_, last = queued.names["server"].wire.only("cy").events
    assert last.how == "aborted"
    assert last.unsent > 0
    assert await queued.run("hub-others") == ["ana: Cy is out   bo: Cy is out"]


# Part 5


async def test_small_run_shows_who_loses_what(lesson):
    await lesson.run("measure")
    results = lesson.names["results"]
    had = {run["label"]: len(run["all_had"]) for run in results["stalled"]}
    sent = {run["sent"] for run in results["stalled"]}
    assert had.pop("naive loop") < min(sent)
    assert set(had.values()) == sent
    hub, naive = results["churn"]
    assert (hub["lost"], hub["twice"], hub["cut"]) == (0, 0, 0)
    assert naive["lost"] > 0
    assert naive["cut"] > 0
    pictures = []
    lesson.names["display"] = pictures.append
    for cell, beginning in {
        "show": "With 160 clients the last one has a message ",
        "show-stalled": "One of 10 clients stops reading. ",
        "show-churn": f"{hub['joins']} clients came and went in ",
    }.items():
        words = await lesson.run(cell)
        assert " ".join(words).startswith(beginning)
    assert [len(picture.axes) for picture in pictures] == [1, 2, 1]


# Part 6


async def test_broadcast_server_outlives_every_fault(mended):
    await mended.run("broadcast", "broadcast-serve")
    assert await mended.run("broadcast-hello") == [
        "ana: hello from the notebook   bo: hello from the notebook"
    ]
    assert await mended.run("broadcast-faults") == ["400 of 400 messages for Ana and Bo"]
