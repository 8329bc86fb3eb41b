"""The learner's app, served by uvicorn in the learner's thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from concurrent.futures import Future
from typing import Any

import uvicorn

from ws101 import ports
from ws101.check.loops import LoopThread
from ws101.check.probe import Probe
from ws101.wire import Wire

BUFFER = 64 << 10  # bytes: a client that stops reading is felt after 200 kB, not after 4 MB
GRACE = 0.3  # seconds for the app's own shutdown


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, and a future for "started, or gone" in place of a flag to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled: Future[bool] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.settled.set_result(self.started)


class Host:
    """An app served on the loop of `learner`.

    Args:
        app: the learner's.
        learner: the thread to serve it in.
        title: what the server is called in the conversation.
        options: for `uvicorn.Config`.

    Attributes:
        ws_url, url: where it is.
        probe: what the app did.
        wire: what went over its sockets.
    """

    def __init__(self, app: Any, learner: LoopThread, title: str, options: dict[str, Any]) -> None:
        self.probe = Probe(app)
        self.wire = Wire(title)
        self._learner = learner
        config = uvicorn.Config(
            self.probe,
            log_config=None,
            log_level=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            **options,
        )
        config.load()
        config.http_protocol_class = self.wire.tap(config.http_protocol_class)
        self._uvicorn = _Uvicorn(config)
        self._listener = ports.bind("127.0.0.1", 0)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.ws_url = f"ws://127.0.0.1:{port}"
        learner.at_end.append(self._abort)

    def start(self) -> Future[bool]:
        """Serve. The future tells whether it started, once it has or has failed to."""
        self._serving = self._learner.submit(self._serve())
        return self._uvicorn.settled

    async def _serve(self) -> None:
        try:
            await self._uvicorn.serve(sockets=[self._listener])
        except SystemExit:
            pass  # it could not start, and the probe knows why
        finally:
            with contextlib.suppress(Exception):
                self._uvicorn.settled.set_result(False)

    async def stop(self) -> None:
        """End it as uvicorn does, lifespan included, if that takes no longer than `GRACE`."""
        self.probe.ending = True
        self._uvicorn.should_exit = True
        with contextlib.suppress(TimeoutError, Exception):
            await asyncio.wait_for(asyncio.wrap_future(self._serving), GRACE)

    def _abort(self) -> None:
        """Drop what uvicorn left: its port, and sockets whose peers are gone or read nothing."""
        self.probe.ending = True
        for server in getattr(self._uvicorn, "servers", ()):
            server.close()
        for connection in list(self._uvicorn.server_state.connections):
            connection.transport.abort()
        self._listener.close()
        self.wire.close()
