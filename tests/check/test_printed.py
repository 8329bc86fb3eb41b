"""What the learner's code printed: its own lines, and what is left out is said."""

import asyncio
import logging
import traceback

from fastapi import WebSocket

from tests.check.answers import app_of, room_exercise
from ws101.check.apps import AppRoom
from ws101.check.printed import LINES, Printed

HERE = __file__.rpartition("/")[2]


async def says_hi(room: AppRoom):
    ana = await room.join("ana")
    await ana.send("hi")
    await ana.expects("never mind")


def printed(handler):
    return room_exercise(says_hi)(app_of(handler)).printed


async def prints_a_traceback(ws: WebSocket):
    await ws.accept()
    try:
        await ws.receive_bytes()
    except KeyError:
        traceback.print_exc()


def test_a_traceback_has_its_own_lines_and_the_last():
    first, own, source, *marks, skipped, last = printed(prints_a_traceback)
    assert first == "Traceback (most recent call last):"
    assert own.startswith(f'  File "{HERE}", line ')
    assert source == "    await ws.receive_bytes()"
    assert all(set(mark) <= set(" ^~") for mark in marks)
    assert skipped == "  … 1 frame of libraries …"
    assert last == "KeyError: 'bytes'"


async def groups(ws: WebSocket):
    await ws.accept()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ws.receive_bytes())
    except* KeyError:
        traceback.print_exc()


def test_so_has_that_of_a_group():
    lines = printed(groups)
    assert [line for line in lines if "File" in line and HERE not in line] == []
    assert any("… 1 frame of libraries …" in line and "|" in line for line in lines)
    assert any(line.endswith("KeyError: 'bytes'") for line in lines)


async def forgets_a_task(ws: WebSocket):
    await ws.accept()
    asyncio.create_task(ws.receive_bytes())  # noqa: RUF006
    await asyncio.sleep(0.2)


def test_so_has_one_that_the_loop_reports():
    lines = printed(forgets_a_task)
    assert [line for line in lines if "File" in line] == []
    assert lines[-2:] == ["  … 1 frame of libraries …", "KeyError: 'bytes'"]


async def logs_many(ws: WebSocket):
    await ws.accept()
    for _ in range(9):
        try:
            int("x")
        except ValueError:
            traceback.print_exc()


def test_it_is_not_cut_without_a_word():
    cut, *rest = printed(logs_many)
    assert len(rest) == LINES
    assert cut.startswith("… ")
    assert cut.endswith(" earlier lines")
    assert rest[-1].startswith("ValueError")


def log_of(*lines):
    log = Printed()
    for line in lines:
        log.write(line + "\n")
    return log.newest()


def test_a_line_that_only_looks_like_a_frame():
    lines = ['File "a" is missing', "  indented", "  [1, 2]", ""]
    assert log_of(*lines) == lines


def test_what_the_server_logs_is_left_out():
    log = Printed()
    log.record(logging.makeLogRecord({"msg": "raised", "levelname": "ERROR"}))
    assert log.newest() == []


def test_a_frame_that_repeats():
    library = f'  File "{asyncio.__file__}", line 1, in again'
    lines = log_of("Traceback:", library, "    again()", "  [Previous line repeated 9 times]", "E")
    assert lines == ["Traceback:", "  … 1 frame of libraries …", "E"]


def test_a_warning_is_named_as_the_report_names_lines():
    lines = log_of(f"{__file__}:12: RuntimeWarning: coroutine 'x' was never awaited", "  x()")
    assert lines == [f"line 12 of {HERE}: RuntimeWarning: coroutine 'x' was never awaited", "  x()"]


def test_what_the_log_dropped_is_counted_too():
    assert log_of(*map(str, range(5000)))[:2] == ["… 4,980 earlier lines", "4980"]
