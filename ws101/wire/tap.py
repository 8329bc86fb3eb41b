"""Between the server's sockets and uvicorn: every byte is recorded, and passed on unchanged.

uvicorn makes one protocol object for each connection and hands it the transport. Here both are
wrapped: what the transport delivers passes `_Tap`, what the protocol writes passes `_Transport`.
At the upgrade uvicorn puts a WebSocket protocol in place of the HTTP one with
`transport.set_protocol`; the wrapper does that by itself, and stays in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ws101.wire.recording import Address, Recorder, Recording

_COPIED = 16 << 10  # bytes

_DELEGATED = (
    "can_write_eof",
    "get_extra_info",
    "get_write_buffer_limits",
    "get_write_buffer_size",
    "is_closing",
    "is_reading",
    "pause_reading",
    "resume_reading",
    "set_write_buffer_limits",
    "write_eof",
)


class _Transport(asyncio.Transport):
    """The transport that the server's protocol sees."""

    def __init__(self, transport: asyncio.Transport, tap: _Tap, recording: Recording) -> None:
        super().__init__()
        self._transport = transport
        self._tap = tap
        self._record = recording.add
        self._write = transport.write
        # The base class has each of these, so __getattr__ is never asked; and bound like this
        # they cost nothing more than on the transport itself.
        for name in _DELEGATED:
            setattr(self, name, getattr(transport, name))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._record("server", data if type(data) is bytes else bytes(data))
        self._write(data)

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        if not self._transport.is_closing():
            self._record("close", b"")
        self._transport.close()

    def abort(self) -> None:
        self._record("abort", b"%d" % self._transport.get_write_buffer_size())
        self._transport.abort()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._tap.upgrade(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._tap.inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Tap(asyncio.Protocol):
    """The protocol that the transport sees. `inner` is the server's own."""

    def __init__(self, inner: asyncio.Protocol, recorder: Recorder) -> None:
        self.inner = inner
        self._recorder = recorder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        recording = self._recorder.open(
            _address(transport.get_extra_info("peername")),
            _address(transport.get_extra_info("sockname")),
        )
        recording.waiting = transport.get_write_buffer_size
        self._recording = recording
        self._record = recording.add
        self.inner.connection_made(_Transport(transport, self, recording))

    def upgrade(self, protocol: asyncio.BaseProtocol) -> None:
        self.inner = protocol
        self._recorder.upgraded(self._recording)

    def data_received(self, data: bytes) -> None:
        # asyncio reads into 256 KiB and shrinks that, which malloc may do by whole pages only: to
        # keep it could cost 4 KiB, however few bytes there are. Keep a copy of what is small.
        self._record("client", data if len(data) > _COPIED else b"".join((data, b"")))
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        self._record("eof", b"")
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._recording.end(f"{type(exc).__name__}: {exc}" if exc else "")
        self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        self.inner.resume_writing()


def _address(name: Any) -> Address:
    """Host and port of a socket's name; `None` for a Unix socket's."""
    return name[:2] if isinstance(name, tuple) else None


def tap(protocol: Callable[..., asyncio.Protocol], recorder: Recorder) -> Callable[..., _Tap]:
    """A factory for uvicorn in place of `protocol`, which makes the protocols to be tapped."""

    def make(*args: Any, **kwargs: Any) -> _Tap:
        return _Tap(protocol(*args, **kwargs), recorder)

    return make
