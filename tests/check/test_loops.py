"""The threads that learners' code runs in: they end, and clear up, whatever held them."""

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
