"""The threads that learners' code runs in: they end, and clear up, whatever held them."""

import asyncio
import gc
import threading

import pytest

from ws101.check.loops import LoopThread
from ws101.logs import Log

WITHIN = 10


async def hold(held: threading.Event) -> None:
    """What a busy writer does: it never lets the loop go."""
    held.set()
    while True:
        pass


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_it_clears_up_after_code_that_had_to_be_ended():
    """The order to stop came while the loop was held, and must not end the clearing up."""
    thread, held, cleared = LoopThread("learner", Log()), threading.Event(), threading.Event()
    thread.at_end.append(cleared.set)
    thread.start()
    thread.submit(hold(held))
    assert held.wait(WITHIN)
    assert thread.stop(patience=0.1, force=WITHIN)
    assert cleared.is_set()
    assert thread.loop.is_closed()


def test_a_task_that_nobody_refers_to_is_not_collected():
    """In whatever thread that came, the task would end there, or never."""
    ended = threading.Event()

    async def wait_for_nothing():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    async def begin():
        asyncio.create_task(wait_for_nothing())  # noqa: RUF006 (the fault itself)
        await asyncio.sleep(0)  # it has begun

    thread = LoopThread("learner", Log())
    thread.start()
    thread.submit(begin()).result(WITHIN)
    gc.collect()
    assert not ended.is_set()
    assert thread.stop()
    assert ended.is_set()
