"""The bytes of each connection as they came and went: the newest few MiB, readable from any thread.

`Recording.add` runs for every read and write of the server, so it only appends. Parsing waits until
somebody looks. The one exception is a full ring: what falls out is skimmed by a `Conversation` that
keeps no payload, so that what stays can be read from the middle: at a frame's beginning, with the
right compression window, and with the handshake. It falls out in batches, which is quicker.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws101.wire.conversation import Conversation

RING = 4 << 20  # bytes kept of a connection
TOTAL = 64 << 20  # bytes kept of all open ones: with more than 16 of them each keeps less
LEAST = 64 << 10  # but never less than this
BATCH = 16 << 10  # bytes that a full ring drops at a time, but no more than an eighth of it
CLOSED = 256  # closed connections remembered
OVERHEAD = 144  # what CPython needs to keep a chunk, besides its bytes

_clock = time.perf_counter

Address = tuple[str, int] | None
Chunk = tuple[float, str, bytes]
"""When, in seconds since the launch; what happened; its bytes. "client" or "server" sent them; or
"eof"; or the server's "close"; or its "abort", with the number of bytes that were not sent; or
"lost", with the operating system's words."""


class Recording:
    """One connection. The server's thread adds, any thread takes.

    Attributes:
        number: from 1, in the order in which connections were made.
        address, server: the client's host and port, and the server's; `None` where there is none.
        ordinal: from 1 among those that asked for WebSocket, or `None`.
        first: index of the oldest chunk still kept, counted from the connection's beginning.
        skimmed: what read all that was dropped, or `None`.
        waiting: called for how many written bytes the operating system has not taken yet.
    """

    def __init__(self, number: int, address: Address, server: Address, recorder: Recorder) -> None:
        self.number = number
        self.address = address
        self.server = server
        self.ordinal: int | None = None
        self.first = 0
        self.skimmed: Conversation | None = None
        self.waiting: Callable[[], int] = int
        self.ended = False
        self._dropping = threading.Lock()
        self.size = 0
        self._chunks: deque[Chunk] = deque()  # their times still by the clock
        self._recorder = recorder

    def add(self, what: str, data: bytes) -> None:
        """Record a chunk. It only appends, except that a full ring drops some, now and then."""
        recorder = self._recorder
        self._chunks.append((_clock(), what, data))
        self.size += len(data) + OVERHEAD
        if self.size > recorder.limit:
            self._drop(recorder.limit)
        if recorder.bell is not None:
            recorder.ring()

    def end(self, cause: str) -> None:
        """The connection is gone; `cause` is the operating system's words, if any."""
        if not self.ended:
            self.ended = True
            self.waiting = int
            self.add("lost", cause.encode())
            self._recorder.closed(self)

    def take(self, start: int) -> tuple[int, list[Chunk], Conversation | None]:
        """The chunks from index `start` on, or from `first` if that is later.

        Returns:
            the index of the first chunk returned, the chunks, and a copy of `skimmed` (`None` if
            nothing was dropped): who comes too late for the chunk at `start` goes on from there.
        """
        with self._dropping:
            skimmed = deepcopy(self.skimmed)
            chunks = self._chunks.copy()  # in one step, as `add` takes no lock
            first = self.first
        start = max(start, first)
        newest = islice(chunks, start - first, None)
        began = self._recorder.began
        return start, [(at - began, what, data) for at, what, data in newest], skimmed

    def still_waiting(self) -> int:
        """Bytes that were written and not yet taken by the operating system."""
        for _ in range(9):
            try:
                return self.waiting()
            except RuntimeError:  # since 3.12 it sums up a deque, which the server may change
                continue
        return 0

    @property
    def count(self) -> int:
        """How many chunks there have been."""
        return self.first + len(self._chunks)

    def _drop(self, limit: int) -> None:
        """Drop the oldest chunks until a little less than `limit` bytes are left."""
        with self._dropping:
            if self.skimmed is None:
                from ws101.wire.conversation import Conversation

                self.skimmed = Conversation(self.number, keep=False)
            enough = limit - min(BATCH, limit // 8)
            began, skim, take = self._recorder.began, self.skimmed.skim, self._chunks.popleft
            while self.size > enough:
                at, what, data = take()
                self.first += 1
                self.size -= len(data) + OVERHEAD
                skim(at - began, what, data)


class Recorder:
    """All connections of one server.

    Attributes:
        began: `time.perf_counter()` at the launch; `date` is the same moment in `time.time()`.
        limit: bytes that each recording may keep.
        forgotten: how many closed connections are not remembered any more.
        stopped: whether the server has stopped.
        bell: called once, from the server's thread, when something is recorded or the server
            stops; then it is `None` again. Whoever draws live sets it, and nobody polls.
    """

    def __init__(self) -> None:
        self.began = _clock()
        self.date = time.time()
        self.limit = RING
        self.forgotten = 0
        self.stopped = False
        self.bell: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._made = 0
        self._upgraded = 0
        self._open: dict[int, Recording] = {}
        self._closed: deque[Recording] = deque()
        self._closed_size = 0

    def open(self, address: Address, server: Address = None) -> Recording:
        """A recording for a connection that was just made."""
        with self._lock:
            self._made += 1
            recording = self._open[self._made] = Recording(self._made, address, server, self)
            self._share()
        return recording

    def upgraded(self, recording: Recording) -> None:
        """This connection asked for WebSocket."""
        self._upgraded += 1
        recording.ordinal = self._upgraded

    def closed(self, recording: Recording) -> None:
        """This connection is gone: remember it, and forget the oldest if there are too many."""
        with self._lock:
            self._open.pop(recording.number, None)
            self._share()
            self._closed.append(recording)
            self._closed_size += recording.size
            while len(self._closed) > CLOSED or self._closed_size > TOTAL:
                self._closed_size -= self._closed.popleft().size
                self.forgotten += 1

    def stop(self) -> None:
        """The server has stopped, and with it every connection."""
        for recording in self.recordings():
            recording.end("stopped")
        self.stopped = True
        self.ring()

    def ring(self) -> None:
        bell, self.bell = self.bell, None
        if bell is not None:
            bell()

    def state(self) -> object:
        """Something that is equal to an earlier one if nothing was recorded in between."""
        return self.stopped, self._made, [recording.count for recording in self.recordings()]

    def recordings(self) -> list[Recording]:
        """Those that are remembered, oldest first."""
        with self._lock:
            return sorted([*self._closed, *self._open.values()], key=lambda r: r.number)

    def _share(self) -> None:
        self.limit = max(LEAST, min(RING, TOTAL // max(1, len(self._open))))
