"""`server.wire`: all that goes over a server's sockets, caught and kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ws101.wire.recording import Recorder
from ws101.wire.tap import tap
from ws101.wire.view import View, choose, there_are

if TYPE_CHECKING:
    import asyncio

    from ws101.wire.events import Event
    from ws101.wire.live import Live
    from ws101.wire.reader import Reader


class Wire(View):
    """All that goes over a server's sockets. `tap` begins it, `close` ends it.

    Args:
        title: what the server is called.
    """

    def __init__(self, title: str) -> None:
        super().__init__(self)
        self.title = title
        self.recorder = Recorder()
        self._given: dict[int, str] = {}
        self._readers: dict[int, Reader] = {}
        self._lock = threading.RLock()
        self._shown: Live | None = None

    def tap(self, protocol: Callable[..., asyncio.Protocol]) -> Callable[..., asyncio.Protocol]:
        """What to give to uvicorn in place of its HTTP protocol class.

        `config.load(); config.http_protocol_class = wire.tap(config.http_protocol_class)`
        """
        return tap(protocol, self.recorder)

    def close(self) -> None:
        """The server has stopped. What was recorded can still be looked at."""
        self.recorder.stop()

    def name(self, client: Any, name: str) -> None:
        """Call a client `name` from now on.

        Args:
            client: a connection of `websockets`, an asyncio stream writer, a socket, its own
                address as `(host, port)`, or what the client is called so far.
            name: what to call it: "ana".

        Raises:
            ValueError: no such client has connected; the message says which have.
        """
        address = _address(client)
        _, lanes = self.read(last=1)
        if address is None:
            meant = [n for n, lane in lanes.items() if lane in choose([client], lanes)]
        else:
            meant = [r.number for r in self.recorder.recordings() if r.address == address]
        if not meant:
            raise ValueError(f"No client has connected from {address}. {there_are(lanes)}")
        self._given[meant[-1]] = name  # a port number can come again: the newest

    def mark(self) -> float:
        """This moment, for `since`."""
        return time.perf_counter() - self.recorder.began

    def read(self, last: int | None = None) -> tuple[list[Event], dict[int, str]]:
        """All events, or the `last` of each connection, and the names of all lanes."""
        from ws101.wire.lanes import name_lanes
        from ws101.wire.reader import Reader

        with self._lock:
            readers = [
                self._readers.get(recording.number) or Reader(recording)
                for recording in self.recorder.recordings()
            ]
            self._readers = {reader.recording.number: reader for reader in readers}
            events = [event for reader in readers for event in reader.read(last)]
            lanes = name_lanes(((r.recording, r.program) for r in readers), self._given)
        events.sort(key=lambda event: event.time)
        return events, lanes

    def follow(self, live: Live) -> Live:
        """Show `live`, and stop the one that was shown before."""
        if self._shown is not None:
            self._shown.stop()
        live.start()
        self._shown = live
        return live


def _address(client: Any) -> tuple[str, int] | None:
    """The client's own end of its connection; `None` if `client` is a name."""
    if isinstance(client, str):
        return None
    for of in (
        lambda: client.local_address,  # a connection of websockets
        lambda: client.get_extra_info("sockname"),  # a stream writer
        lambda: client.getsockname(),
        lambda: client,
    ):
        try:
            host, port = of()[:2]
        except (AttributeError, TypeError, ValueError, OSError):
            continue
        return host, port
    raise TypeError(
        f"wire.name() was given a {type(client).__name__}. It takes a connection of websockets, a "
        "stream writer, a socket, an address (host, port), or the name of a client."
    )
