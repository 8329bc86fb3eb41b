"""A room for answers that are called."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from typing import Any

from ws101.check import places, unawaited
from ws101.check.loops import LoopThread
from ws101.check.places import Stand
from ws101.check.players import patiently, say
from ws101.check.rooms import Room
from ws101.check.verdicts import Unmet, describe


class Call:
    """A call of the learner's function that goes on, in the learner's thread.

    Awaiting `returns` gives what it returned.
    """

    def __init__(self, room: FunctionRoom, words: str, args: tuple[Any, ...]) -> None:
        self._room = room
        self._words = words
        self._since = time.monotonic()
        self._task: asyncio.Task[Any] | None = None
        self._failures, self._results = room.failures, room.results  # of the behaviour that calls
        self._future = asyncio.wrap_future(room.learner.submit(self._run(args)))

    async def _run(self, args: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
        self._task = asyncio.current_task()
        try:
            result = self._room.answer(*args)
            if inspect.isawaitable(result):
                result = await result
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self._failures.append(error)
            return None, error  # as a value: some cannot be raised out of a task
        self._results.append(result)
        return result, None

    async def returns(self, within: float = 1.0) -> Any:
        """What it returned. `Unmet` if it raised, or has not returned within so many seconds."""
        try:
            result, error = await patiently(asyncio.shield(self._future), within)
        except TimeoutError:
            raise Unmet(
                f"{self._words} to return within {within:g} s", "nothing", silent=True
            ) from None
        if error is not None:
            raise Unmet(f"{self._words} to return", describe(error), error=error)
        return result

    def stand(self) -> Stand:
        """Where it stands. To be asked on its own loop."""
        return places.stand(self._task, self._since)

    async def ends(self) -> None:
        """Return when it has returned or raised."""
        await asyncio.wait({self._future})

    def cancel(self) -> None:
        """Do not wait for it any more: it is cancelled."""
        self._future.cancel()


class FunctionRoom(Room):
    """Tries a function by calling it.

    Attributes:
        failures, results: what it raised in this behaviour, and what it returned.
    """

    def __init__(self, answer: Any, learner: LoopThread) -> None:
        super().__init__(answer, learner)
        self.failures: list[BaseException] = []
        self.results: list[Any] = []
        self.calls: list[Call] = []

    def start(self, *args: Any, shown: str | None = None) -> Call:
        """Call the learner's function, and go on: the behaviour plays the other side.

        Args:
            args: what it is given.
            shown: the arguments in words, where their `repr` would not help.
        """
        words = f"{self.answer.__name__}({', '.join(map(say, args)) if shown is None else shown})"
        self.said.append(("the check", f"called {words}"))
        call = Call(self, words, args)
        self.calls.append(call)
        return call

    async def returns(self, wanted: Any, *args: Any, within: float = 1.0) -> None:
        """Called with `args`, it returns `wanted`, of the same type."""
        got = await self.start(*args).returns(within)
        self.same(got, wanted, f"{self.answer.__name__}({', '.join(map(say, args))})")

    @property
    def errors(self) -> list[BaseException]:
        return self.failures

    def stands(self) -> list[Stand]:
        return [call.stand() for call in self.calls]

    async def begin(self) -> None:
        await super().begin()
        self.failures, self.results = [], []
        self.calls = []

    async def end(self) -> None:
        for call in self.calls:
            call.cancel()
        # On its own loop, as then each task has begun with the coroutine that it was made of.
        with contextlib.suppress(RuntimeError):  # it is closed
            loop = self.learner.loop
            loop.call_soon_threadsafe(unawaited.close, self.results, self.failures)
