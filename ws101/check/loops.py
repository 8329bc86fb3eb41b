"""A thread with an event loop of its own, which can be ended even against its will.

Learners' code runs in one, the clients that try it in another. Whatever is held up in the first,
the second goes on, and so does the notebook.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import inspect
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import Context
from typing import Any, TypeVar

from ws101 import threads
from ws101.logs import Log, keep_output

T = TypeVar("T")

GRACE = 0.2  # seconds that tasks get to end once they are cancelled, each of three times


class LoopThread:
    """A daemon thread that runs an event loop until `stop`. All of it may be called from outside.

    Args:
        name: the thread's.
        log: where its output goes.

    Attributes:
        loop, thread: themselves.
        log: as given.
        at_end: called in the thread before its tasks are cancelled.
        ended_by: the `SystemExit` or `KeyboardInterrupt` that a task ended the loop with, if any.
    """

    def __init__(self, name: str, log: Log) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_task_factory(self._make_task)
        self._tasks: set[asyncio.Task[Any]] = set()
        self.log = log
        self._context = Context()
        self._context.run(keep_output, log)
        self.thread = threading.Thread(
            target=self._context.copy().run, args=(self._main,), name=name, daemon=True
        )
        self.at_end: list[Callable[[], None]] = []
        self.ended_by: BaseException | None = None
        self._stopping = False
        self._halted = False

    def start(self) -> None:
        self.thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop, with its output going where the thread's goes."""
        context = self._context.copy()
        return context.run(asyncio.run_coroutine_threadsafe, coroutine, self.loop)

    def capture(self, work: Callable[[], None]) -> None:
        """Do something here and now, with its output going where the thread's goes."""
        self._context.copy().run(work)

    def stop(self, patience: float = 1.5, force: float = 1.0) -> bool:
        """End the thread. False if it still runs.

        First its loop is told to stop, then code that holds the loop is ended by an exception.
        What is left is a call that blocks in C, and code that swallows every exception.

        Args:
            patience: seconds for the first, `force` for the second.
        """
        self._stopping = True
        if self.thread.ident is None:  # it was never started
            self.loop.close()
            return True
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self.loop.call_soon_threadsafe(self._halt)
        return self._joined(patience) or threads.end(self.thread, within=force)

    def _joined(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self.thread.is_alive() and time.monotonic() < deadline:
            self.thread.join(0.05)  # in short steps: on Windows a join hears no interrupt
        return not self.thread.is_alive()

    # In the thread

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
    ) -> asyncio.Task[Any]:
        """Make a task, and hold on to it as long as it runs.

        asyncio does not. One that nobody refers to would be collected, in whatever thread it is:
        its coroutine is ended there, and one that swallows that holds the thread for ever.
        """
        task = asyncio.Task(coroutine, loop=loop, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _halt(self) -> None:
        # Code that holds the loop may be ended by an exception while this still waits its turn.
        # Then it comes when the loop clears up, and must not end that.
        if not self._halted:
            self.loop.stop()

    def _main(self) -> None:
        self.loop.set_exception_handler(self._keep_failure)
        try:
            self.loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            if not self._stopping:
                self.ended_by = error
        self._halted = True
        # A task that holds the loop in here too is ended by `stop` in the same way.
        with contextlib.suppress(SystemExit, KeyboardInterrupt):
            self.loop.run_until_complete(self._sweep())
        for task in asyncio.all_tasks(self.loop):
            _keep_for_ever(_chain(task))
        with contextlib.suppress(SystemExit, KeyboardInterrupt):
            self.loop.close()

    async def _sweep(self) -> None:
        for clean in self.at_end:
            clean()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for _ in range(3):  # one that swallows its cancellation may heed the next
            for task in tasks:
                task.cancel()
            if tasks:
                _, tasks = await asyncio.wait(tasks, timeout=GRACE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.loop.shutdown_asyncgens(), GRACE)

    def _keep_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.log.write(f"{context['message']}\n")
        if "exception" in context:
            self.log.failure(context["exception"])


def _chain(task: asyncio.Task[Any]) -> list[Any]:
    """The coroutine that a task runs, and what each awaits in turn."""
    chain = [task.get_coro()]
    while (awaited := getattr(chain[-1], "cr_await", None)) is not None:
        chain.append(awaited)
    return chain


def _keep_for_ever(chain: list[Any]) -> None:
    """Let nobody collect the coroutines that are still suspended.

    They swallow their cancellation, so they are left alone, suspended for good. The collector would
    try to end them by `GeneratorExit`. Code that swallows everything swallows that as well, has no
    loop any more to wait on, and would hold whoever collects, at the program's end at the latest.
    """
    for awaited in chain:
        if not inspect.iscoroutine(awaited):
            continue
        if inspect.getcoroutinestate(awaited) == inspect.CORO_SUSPENDED:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(awaited))
