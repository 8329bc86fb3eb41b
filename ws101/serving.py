"""A server behind a notebook: `serve(app)` gives a handle with everything one may ask of it."""

from __future__ import annotations

import asyncio
import atexit
import html
import os
import sys
import warnings
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from ws101 import guard, launches, loading, notebook, pages, ports
from ws101.background import Background
from ws101.logs import Log
from ws101.wire import Wire

T = TypeVar("T")


class ServerFailed(RuntimeError):
    """The server did not start, or is gone; the message holds the server's own words."""


class Server:
    """A running server. Made by `serve`; also a context manager that stops it at the end.

    Attributes:
        name: what it is called in messages.
        host, port: where it listens.
        url, ws_url: `http://…` and `ws://…`, with no slash at the end.
        log: what the server and its handlers printed and logged.
    """

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        background: Background,
        log: Log,
        wire: Wire | None,
    ) -> None:
        self.name = name
        self.host, self.port = address
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        authority = f"[{near}]" if ":" in near else near
        self.url = f"http://{authority}:{self.port}"
        self.ws_url = f"ws://{authority}:{self.port}"
        self.log = log
        self._background = background
        self._wire = wire

    @property
    def wire(self) -> Wire:
        """Every byte of every conversation: print it, show it, open its frames."""
        if self._wire is None:
            raise RuntimeError(f"{self.name} was served with wire=False. Leave that out to look.")
        return self._wire

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._background.running

    @property
    def connections(self) -> int:
        """How many WebSocket connections are open."""
        return self._background.connections

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await `coroutine` on the server's loop, where its queues, locks and sockets live.

        Returns or raises what it does, and is cancelled if the waiting cell is interrupted.
        `ServerFailed` if the server has stopped, or stops meanwhile.
        https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe
        """
        if not asyncio.iscoroutine(coroutine):
            raise TypeError(f"run() takes a coroutine, as in server.run(f()); got {coroutine!r}.")
        gone = ServerFailed(f"{self.name} has stopped. Run the cell that serves it again.")
        if not self.running:
            coroutine.close()
            raise gone
        future = asyncio.run_coroutine_threadsafe(coroutine, self._background.loop)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not self.running:
                raise gone from None
            raise

    def stop(self) -> None:
        """Stop it: clients see close code 1012, the port is free, the thread has ended.

        Takes 0.2 s as a rule and a few seconds at most. A call that blocks in C holds the thread
        until it returns: then a warning names its line. Stopping twice does nothing.
        """
        held_at = self._background.stop()
        if self._wire is not None:
            self._wire.close()
        if self in _running:
            _running.remove(self)
        if not _running:
            _ticker.stop()
        if held_at:
            warnings.warn(
                f"{self.name} no longer listens at port {self.port}, but its thread is held until "
                f"this returns: {held_at}",
                RuntimeWarning,
                stacklevel=2,
            )

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(self, *_: object) -> None:
        with ThreadPoolExecutor(1) as pool:  # clients on this loop go on meanwhile
            await asyncio.get_running_loop().run_in_executor(pool, self.stop)

    def __repr__(self) -> str:
        return f"<Server {self.name} {self._state(self.url)}>"

    def _repr_html_(self) -> str:
        address = pages.link(self) if self.running else html.escape(self.url)
        return f"<div><b>{html.escape(self.name)}</b> {self._state(address)}</div>"

    def _state(self, address: str) -> str:
        if not self.running:
            return f"stopped, was at {address}"
        count = self.connections
        return f"running at {address}, {count} connection{'' if count == 1 else 's'} open"


_running: list[Server] = []
_ticker = notebook.Ticker()


def serve(
    app: Any,
    *,
    port: int | None = None,
    host: str = "127.0.0.1",
    name: str | None = None,
    wire: bool = True,
    open_to_network: bool = False,
    start_within: float = 10.0,
    **options: Any,
) -> Server:
    """Serve an app in the background and return its handle once it answers.

    Run again in the same cell, it replaces the server that the cell launched before, on the same
    port. A file is read anew each time, so that what was edited is what is served.

    Args:
        app: an ASGI app, or the name of a Python file that defines one as `app`. A relative name
            is looked for in the working directory, the folders above it, and the course's own.
        port: 0 for any free one. If not given: 8000, or the next free one, which is then said.
        host: an address of this machine; others than loopback need `open_to_network=True` too.
        name: for messages; by default the file's name, or the variable that holds the app.
        wire: keep the newest bytes of each connection, to be looked at as `server.wire`.
        open_to_network: let other machines connect, if they know the token that is then shown.
        start_within: seconds until the app's lifespan must have started.
        options: anything else that `uvicorn.Config` takes, such as `ws_ping_interval=5`.

    Raises:
        ServerFailed: it did not start; the message says what the server said.
        OSError: the port is taken; the message says by whom, where that can be known.
        TypeError, AttributeError, FileNotFoundError: there is no app in what was given.

    https://uvicorn.dev/settings/
    """
    caller = sys._getframe(1)
    if isinstance(app, (str, os.PathLike)):
        name = name or Path(app).stem
        app = loading.load(app)
    elif name is None:
        name = next((k for k, v in caller.f_globals.items() if v is app and k[0] != "_"), "app")
    loading.check(app)
    if not ports.is_loopback(host):
        if not open_to_network:
            raise ValueError(
                f"host={host!r} would let other machines connect. Leave it out to serve this one "
                "only, or add open_to_network=True if that is what you want."
            )
        app = guard.Guard(app)

    ports.bypass_proxy()
    launched = launches.of_this_cell(caller.f_code.co_filename)
    listener = ports.listen(host, port, launched.next_port() if launched else None, _holder)
    address = listener.getsockname()[:2]
    log = Log()
    try:
        config = uvicorn.Config(
            app, log_config=None, log_level="info", timeout_graceful_shutdown=1, **options
        )
        config.load()
        recorded = Wire(name) if wire else None
        if recorded:
            config.http_protocol_class = recorded.tap(config.http_protocol_class)
        background = Background(config, listener, log)
        background.start(within=start_within)
    except (RuntimeError, TimeoutError) as failure:
        listener.close()
        words = f" It said:\n\n{log}" if len(log) else ""
        raise ServerFailed(f"{name} is not served: {failure}.{words}") from None
    except BaseException:
        listener.close()
        raise
    server = Server(name, address, background, log, recorded)
    _running.append(server)
    if launched:
        launched.servers.append(server)
    _ticker.start()
    if isinstance(app, guard.Guard):
        warnings.warn(
            f"{name} is open to every machine that reaches this one at port {server.port}. It "
            f"lets in who adds the token to the address: /?token={app.token}",
            stacklevel=2,
        )
    return server


def servers() -> list[Server]:
    """The servers of this notebook that run now, oldest first."""
    return [server for server in _running if server.running]


def _holder(port: int) -> str:
    ours = next((server for server in servers() if server.port == port), None)
    return f" by {ours.name}, which this notebook serves" if ours else ports.holder(port)


@atexit.register
def _stop_all() -> None:
    for server in list(_running):
        server.stop()
