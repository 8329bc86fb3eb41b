"""Capture files, as Wireshark's own dissector reads them."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess

import pytest
from websockets.asyncio.client import connect

from tests.tools import needs
from tests.wire.test_wire import by_hand, of_type, until
from tests.wire.vectors import VECTORS, frame
from ws101.wire.events import SENDERS, End
from ws101.wire.pcap import _checksum, write
from ws101.wire.recording import OVERHEAD, Recorder


@pytest.fixture
def tshark():
    """Read a capture: the fields asked for, of each packet that fits the filter."""
    path = needs("tshark")

    def read(file, display_filter, *fields):
        fields = fields or ("frame.number",)
        command = [path, "-r", str(file), "-Y", display_filter, "-T", "fields", "-E", "separator=|"]
        command += [argument for field in fields for argument in ("-e", field)]
        # Checksums are not verified unless one asks for it.
        command += ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]

    return read


async def test_frames(echo, tmp_path, tshark):
    async with connect(f"{echo.ws_url}/ws", proxy=None) as ws:
        for message in ("Hello", b"\0\1\2", "x" * 100_000):
            await ws.send(message)
            assert await ws.recv() == message
        await (await ws.ping(b"there?"))
        await ws.close(4000, "enough")
    await until(lambda: of_type(End, echo.wire.events))
    file = echo.wire.to_pcap(tmp_path / "wire.pcap")
    fields = ["websocket.opcode", "websocket.fin", "websocket.mask", "websocket.rsv"]
    frames = tshark(file, "websocket", *fields)
    events = [e for e in echo.wire.events if type(e).__name__ == "FrameEvent"]
    yes = {"1": True, "True": True, "0": False, "False": False}  # versions differ
    assert [(int(o), yes[f], yes[m], int(r, 16)) for o, f, m, r in frames] == [
        (e.opcode, e.header.fin, e.header.masked, 4 * e.header.rsv1) for e in events
    ]
    texts = tshark(file, "websocket.opcode == 1", "websocket.payload.text")
    assert [text for (text,) in texts] == ["Hello", "Hello", "x" * 100_000, "x" * 100_000]
    codes = tshark(file, "websocket.opcode == 8", "websocket.payload.close.status_code")
    assert codes == [("4000",)] * 2
    upgrade = tshark(file, "http", "http.request.uri", "http.response.code")
    assert upgrade == [("/ws", ""), ("", "101")]
    assert tshark(file, "tcp.analysis.flags || _ws.malformed || tcp.checksum_bad.expert") == []
    assert tshark(file, "ip.checksum_bad.expert") == []
    ports = {port for pair in tshark(file, "tcp", "tcp.srcport", "tcp.dstport") for port in pair}
    assert str(echo.port) in ports


async def test_two_at_once_and_how_they_ended(echo, tmp_path, tshark):
    async with by_hand(echo) as (reader, writer), by_hand(echo) as (_, other):
        writer.write(frame(1, b"one", mask=True))
        await reader.readexactly(5)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        await until(lambda: len(of_type(End, echo.wire.events)) == 1)
        other.close()
        await until(lambda: len(of_type(End, echo.wire.events)) == 2)
    file = echo.wire.to_pcap(tmp_path / "wire.pcap")
    assert len(tshark(file, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.stream")) == 2
    assert len(tshark(file, "tcp.flags.reset == 1", "tcp.stream")) == 1
    assert len(tshark(file, "tcp.flags.fin == 1", "tcp.stream")) == 2
    assert tshark(file, "tcp.analysis.flags || _ws.malformed") == []


def test_after_a_gap_in_the_middle_of_a_frame(tmp_path, tshark):
    recorder = Recorder()
    recording = recorder.open(("127.0.0.1", 50_000), ("127.0.0.1", 8000))
    for sender, message in zip(SENDERS, VECTORS["handshake_messages"], strict=False):
        recording.add(sender, message["text"].encode())
    recorder.limit = 20 * OVERHEAD
    wire = b"".join(frame(2, b"%06d" % number, mask=True) for number in range(100))
    for start in range(0, len(wire), 7):  # a frame has 12 bytes
        recording.add("client", wire[start : start + 7])
    file = write(tmp_path / "wire.pcap", [recording], 0)
    numbers = [
        int(bytes.fromhex(one))
        for (packet,) in tshark(file, "websocket", "data.data")
        for one in packet.split(",")
    ]
    assert numbers == list(range(100 - len(numbers), 100))
    assert 5 < len(numbers) < 20


async def test_after_a_gap(echo, tmp_path, tshark):
    """What a full ring dropped is a gap; what follows begins with a frame."""
    async with by_hand(echo) as (reader, writer):
        echo.wire.recorder.limit = 4096
        sent = [frame(2, b"%04d" % number, mask=True) for number in range(200)]
        for start in range(0, len(sent), 3):  # chunks do not end where frames do
            data = b"".join(sent[start : start + 3])
            writer.write(data[:5])
            await writer.drain()
            await asyncio.sleep(0)
            writer.write(data[5:])
            await reader.readexactly(6 * len(sent[start : start + 3]))
    await until(lambda: of_type(End, echo.wire.events))
    file = echo.wire.to_pcap(tmp_path / "wire.pcap")
    found = tshark(file, "websocket", "data.data")
    numbers = [int(bytes.fromhex(one)) for (packet,) in found for one in packet.split(",")]
    kept = [e for e in echo.wire.events if type(e).__name__ == "FrameEvent"]
    assert 0 < len(kept) < 400
    assert numbers == [int(e.payload) for e in kept]
    assert tshark(file, "tcp.analysis.lost_segment")  # the gap, said


def test_checksum():
    """The example of RFC 1071 section 3: the sum of these words is ddf2."""
    assert _checksum(bytes.fromhex("0001f203f4f5f6f7")) == bytes.fromhex("220d")


async def test_nobody_came(echo, tmp_path, tshark):
    file = echo.wire.to_pcap(tmp_path / "empty.pcap")
    assert json.dumps(tshark(file, "tcp", "tcp.port")) == "[]"
