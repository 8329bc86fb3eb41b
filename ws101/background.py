"""uvicorn in a daemon thread with an event loop of its own: started or failed, stopped or stuck."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any

import uvicorn

from ws101 import threads
from ws101.logs import Log, keep_output

GRACE = 1  # seconds that handlers get to end by themselves, and again once cancelled


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, and an event for "started, or gone" in place of a flag to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.settled.set()


class Background:
    """A server's thread. Everything here may be called from any other thread.

    Args:
        config: uvicorn's configuration, the app within.
        listener: a bound socket, which belongs to the thread from now on.
        log: where output, log records and tracebacks go.
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket, log: Log) -> None:
        self.loop = asyncio.new_event_loop()
        self._config = config
        self._listener = listener
        self._log = log
        self._uvicorn = _Uvicorn(config)
        self._thread = threading.Thread(target=self._main, name="ws101 server", daemon=True)

    # In the thread

    def _main(self) -> None:
        keep_output(self._log)
        self.loop.set_exception_handler(self._keep_failure)
        self._task = self.loop.create_task(self._uvicorn.serve(sockets=[self._listener]))
        try:
            self.loop.run_until_complete(self._task)
        except (SystemExit, asyncio.CancelledError):
            pass  # uvicorn could not start and said why, or `stop` ended it
        except BaseException as error:
            self._log.failure(error)
        try:
            self.loop.run_until_complete(self._sweep())
        except SystemExit:
            pass  # a task held the loop during the sweep as well
        finally:
            self._listener.close()
            self.loop.close()  # waits for no worker thread, as asyncio.run would
            self._uvicorn.settled.set()

    async def _sweep(self) -> None:
        """Drop what uvicorn left: sockets whose peers read nothing, tasks that go on."""
        for connection in list(self._uvicorn.server_state.connections):
            connection.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=GRACE)
            for task in stubborn:
                coroutine = task.get_coro()
                where = threads.place(threads.awaited(coroutine))
                self._log.write(f"A task swallowed its cancellation, it stood at: {where}\n")
                with contextlib.suppress(RuntimeError):  # it may swallow this too
                    coroutine.close()  # here, or the collector does and says so under some cell
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.loop.shutdown_asyncgens(), GRACE)

    def _keep_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._log.write(f"{context['message']}\n")
        if "exception" in context:
            self._log.failure(context["exception"])

    # From outside

    def start(self, within: float) -> None:
        """Return once it serves. `RuntimeError` if it failed to, `TimeoutError` if it was slow."""
        self._thread.start()
        try:
            settled = self._uvicorn.settled.wait(within)
        except BaseException:  # the stop button
            self.stop()
            raise
        if not settled:
            where = threads.place(threads.stack(self._thread))
            self.stop()
            raise TimeoutError(
                f"it was not ready after {within:g} s. Its lifespan, if it has one, must `yield` "
                f"before that. Its thread stood at: {where}"
            )
        if not self._uvicorn.started:
            self._thread.join()
            raise RuntimeError("it failed to start")

    @property
    def running(self) -> bool:
        """Whether it serves: started, and neither told to stop nor dead."""
        return self._uvicorn.started and not self._uvicorn.should_exit and self._thread.is_alive()

    @property
    def connections(self) -> int:
        """How many WebSocket connections are open."""
        kind = self._config.ws_protocol_class
        open_ones = list(self._uvicorn.server_state.connections) if self.running else []
        return sum(isinstance(connection, kind) for connection in open_ones)

    def stop(self) -> str | None:
        """End the thread and free the port. Returns `None`, or where the thread is held for now.

        Gently first: clients get close code 1012, handlers get a second, then are cancelled.
        Then the loop's main task is cancelled, then Python code that holds the loop is ended.
        What is left is a call that blocks in C, which nobody can end from outside.
        """
        self._uvicorn.should_exit = True
        if threading.current_thread() is self._thread:
            return None  # a handler stops its own server: it ends when the handler has
        if not self._joined(2.5 * GRACE):
            with contextlib.suppress(RuntimeError):  # the loop closed in between
                self.loop.call_soon_threadsafe(self._task.cancel)
        if not self._joined(1.5 * GRACE):
            held_at = threads.place(threads.stack(self._thread))
            if not threads.end(self._thread, within=3 * GRACE):
                self._listener.close()
                return held_at
            self._log.write(f"Ended by force. It held the loop at: {held_at}\n")
        return None

    def _joined(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self._thread.is_alive() and time.monotonic() < deadline:
            self._thread.join(0.1)  # in short steps: on Windows a join hears no interrupt
        return not self._thread.is_alive()
