"""Whatever a handler does: the verdict comes, it names the line, the next check starts clean."""

import asyncio
import subprocess
import sys
import threading
import time

import pytest
from fastapi import WebSocket

from tests.check.answers import app_of, echo_exercise, right
from ws101 import course
from ws101.check import Verdict

BLOCKED, TIMED_OUT, RAISED = Verdict.BLOCKED, Verdict.TIMED_OUT, Verdict.RAISED


async def spins(ws: WebSocket):
    await ws.accept()
    while True:
        pass


async def spins_and_swallows(ws: WebSocket):
    await ws.accept()
    while True:
        try:  # noqa: SIM105
            _ = 1
        except:  # noqa: E722
            pass


async def sleeps_in_c(ws: WebSocket):
    await ws.accept()
    time.sleep(4)  # noqa: ASYNC251


async def waits_for_a_lock(ws: WebSocket):
    lock = threading.Lock()
    lock.acquire()
    await ws.accept()
    lock.acquire(timeout=4)


async def floods_the_output(ws: WebSocket):
    await ws.accept()
    while True:
        print("x" * 100)


async def floods_the_client(ws: WebSocket):
    await ws.accept()
    while True:
        await ws.send_text("You said: hi")


async def never_ends(ws: WebSocket):
    await ws.accept()
    await asyncio.Event().wait()


async def never_accepts(ws: WebSocket):
    await asyncio.sleep(3600)
    await ws.accept()


async def sleeps(ws: WebSocket):
    await ws.accept()
    await deeper()


async def deeper():
    await asyncio.sleep(3600)


async def gathers(ws: WebSocket):
    await ws.accept()
    await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(3600))


async def swallows_cancellation(ws: WebSocket):
    await ws.accept()
    while True:
        try:  # noqa: SIM105
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass


async def swallows_everything(ws: WebSocket):
    await ws.accept()
    while True:
        try:  # noqa: SIM105
            await asyncio.sleep(3600)
        except:  # noqa: E722
            pass


async def exits(ws: WebSocket):
    await ws.accept()
    sys.exit()


async def exits_in_a_task(ws: WebSocket):
    await ws.accept()

    async def leave():
        sys.exit("bye")

    task = asyncio.create_task(leave())
    await ws.receive_text()
    await task


async def interrupts(ws: WebSocket):
    await ws.accept()
    raise KeyboardInterrupt


async def recurses(ws: WebSocket):
    await ws.accept()
    await ws.send_text(deep("x"))


def deep(text):
    return deep(text + "x")


async def divides(ws: WebSocket):
    await ws.accept()
    1 / 0  # noqa: B018


NASTY = [
    (spins, BLOCKED, ("while True:", "pass")),
    (spins_and_swallows, BLOCKED, ("while True:", "try:  # noqa: SIM105", "_ = 1", "pass")),
    (sleeps_in_c, BLOCKED, ("time.sleep(4)  # noqa: ASYNC251",)),
    (waits_for_a_lock, BLOCKED, ("lock.acquire(timeout=4)",)),
    (floods_the_output, BLOCKED, ("while True:", 'print("x" * 100)')),
    (never_ends, TIMED_OUT, ("await asyncio.Event().wait()",)),
    (never_accepts, TIMED_OUT, ("await asyncio.sleep(3600)",)),
    (sleeps, TIMED_OUT, ("await asyncio.sleep(3600)",)),
    (gathers, TIMED_OUT, ("await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(3600))",)),
    (swallows_cancellation, TIMED_OUT, ("await asyncio.sleep(3600)",)),
    (swallows_everything, TIMED_OUT, ("await asyncio.sleep(3600)",)),
    (exits, RAISED, ("sys.exit()",)),
    (exits_in_a_task, RAISED, ('sys.exit("bye")',)),
    (interrupts, RAISED, ("raise KeyboardInterrupt",)),
    (recurses, RAISED, ('return deep(text + "x")',)),
    (divides, RAISED, ("1 / 0  # noqa: B018",)),
]


@pytest.mark.parametrize(
    ("handler", "verdict", "lines"), NASTY, ids=[row[0].__name__ for row in NASTY]
)
def test_the_verdict_and_the_line(handler, verdict, lines, capfd):
    exercise = echo_exercise()
    report = exercise(app_of(handler))
    assert report.verdict == verdict, str(report)
    assert report.findings[0].place.source in lines
    assert report.findings[0].place.file == __file__
    assert report.seconds < 10
    again = exercise(app_of(right))
    assert again.verdict == Verdict.PASSED, str(again)
    assert capfd.readouterr() == ("", ""), "it must not write under whichever cell runs"


def test_a_flood_of_messages_gets_a_verdict():
    # Whether it holds the loop or waits at times is for the system's buffers to say.
    report = echo_exercise()(app_of(floods_the_client))
    assert report.verdict in (BLOCKED, TIMED_OUT, RAISED)
    assert report.seconds < 10


def test_python_that_spins_is_ended_and_the_report_says_so():
    report = echo_exercise()(app_of(spins))
    assert report.notes == ["The check ended it, so nothing of it runs any more."]
    assert "ws101 learner" not in {thread.name for thread in threading.enumerate()}


def test_a_sleep_that_blocks_is_told_of_the_one_that_does_not():
    [finding] = echo_exercise()(app_of(sleeps_in_c)).findings
    assert finding.slip.startswith("`await asyncio.sleep(…)` waits as long")


def test_what_blocks_in_c_is_named_and_left_to_its_end():
    report = echo_exercise()(app_of(sleeps_in_c))
    learner = next(t for t in threading.enumerate() if t.name == "ws101 learner")
    assert learner.daemon
    assert "could not end this code, at line" in report.notes[0]
    assert "time.sleep(4)" in report.notes[0]


def test_what_swallows_everything_does_not_keep_the_program_from_its_end():
    program = (
        "from tests.check.answers import app_of, echo_exercise\n"
        "from tests.check.test_nasty import swallows_everything\n"
        "print(echo_exercise()(app_of(swallows_everything)).verdict)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=course.ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "timed out\n", "")


def test_where_a_call_went_through_is_told():
    report = echo_exercise()(app_of(sleeps))
    assert [line.partition(": ")[2] for line in report.findings[0].trace] == [
        "await deeper()",
        "await asyncio.sleep(3600)",
    ]


def test_deep_recursion_is_told_in_a_few_lines():
    trace = echo_exercise()(app_of(recurses)).findings[0].trace
    assert len(trace) == 2
    assert trace[-1].endswith("times more)")


def test_what_it_printed_is_in_the_report_and_bounded():
    report = echo_exercise()(app_of(floods_the_output))
    assert report.printed[0].endswith(" earlier lines")
    assert report.printed[1:] == ["x" * 100] * 20


def test_a_slow_shutdown_costs_little():
    async def lifespan_that_lingers(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await asyncio.sleep(3600)
        await app_of(right)(scope, receive, send)

    report = echo_exercise()(lifespan_that_lingers)
    assert report.verdict == Verdict.PASSED, str(report)
    assert report.seconds < 5
