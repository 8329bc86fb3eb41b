"""Recordings as a capture file that Wireshark reads, though nothing was captured below TCP.

The bytes, ports and times are real. IP and TCP around them are made up: the three-way handshake,
sequence numbers that count the recorded bytes, an acknowledgement for all that came before, and
the end as it was, FIN or RST. Formats: the pcap file format (draft-ietf-opsawg-pcap, nanoseconds,
LINKTYPE_RAW), RFC 791 and RFC 9293.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ws101.wire.conversation import Conversation
from ws101.wire.events import SENDERS, HttpMessage
from ws101.wire.recording import Chunk, Recording

_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_LOOPBACK = bytes([127, 0, 0, 1])
_SEGMENT = 32 << 10  # bytes of payload in a packet; IPv4 has room for 65,495

Packet = tuple[float, bytes]


def write(path: Path, recordings: Iterable[Recording], date: float) -> Path:
    """Write the capture file and return its path.

    Args:
        path: the file, replaced if it is there.
        recordings: the connections.
        date: when the recordings' time began, in seconds since 1970.
    """
    packets = [packet for recording in recordings for packet in _packets(recording)]
    packets.sort(key=lambda packet: packet[0])
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 1 << 18, 101))
        for time, packet in packets:
            seconds, nanoseconds = divmod(int((date + time) * 1e9), 10**9)
            file.write(struct.pack("<IIII", seconds, nanoseconds, len(packet), len(packet)))
            file.write(packet)
    return path


def _packets(recording: Recording) -> Iterator[Packet]:
    """One connection's packets, in order."""
    _, chunks, skimmed = recording.take(0)
    if not chunks:
        return
    tcp = _Tcp(recording)
    handshake = skimmed.handshake if skimmed else []
    yield from tcp.open(handshake[0].time if handshake else chunks[0][0])
    for event in handshake:
        if isinstance(event, HttpMessage):
            yield from tcp.data(event.time, event.sender, event.raw, event.offset)
    at: dict[str, int] = {}  # what of each side is dropped
    begin: dict[str, int] = {}  # where its first whole frame begins
    for sender in SENDERS:
        at[sender] = begin[sender] = skimmed.consumed(sender) if skimmed else 0
    if skimmed:
        begin |= _boundaries(skimmed, chunks, at)
    for time, what, data in chunks:
        if what in at:
            cut = max(0, begin[what] - at[what])
            yield from tcp.data(time, what, data[cut:], at[what] + cut)
            at[what] += len(data)
        else:
            yield from tcp.mark(time, what, data)


def _boundaries(
    conversation: Conversation, chunks: Sequence[Chunk], at: Mapping[str, int]
) -> dict[str, int]:
    """Where the first event of each side begins that is not cut at its beginning."""
    conversation.go_on()
    found: dict[str, int] = {}
    for chunk in chunks:
        for event in conversation.feed(*chunk):
            if event.offset >= at[event.sender]:
                found.setdefault(event.sender, event.offset)
        if len(found) == len(at):
            break
    return found


class _Tcp:
    """The two ends of one connection, with what each has sent."""

    def __init__(self, recording: Recording) -> None:
        client, server = (recording.address or ("", 1))[1], (recording.server or ("", 80))[1]
        self._ports = {"client": (client, server), "server": (server, client)}
        self._sent = {"client": 0, "server": 0}  # bytes, without the SYN
        self._finished: set[str] = set()

    def open(self, time: float) -> Iterator[Packet]:
        yield self._packet(time, "client", -1, _SYN)
        yield self._packet(time, "server", -1, _SYN | _ACK)
        yield self._packet(time, "client", 0, _ACK)

    def data(self, time: float, sender: str, data: bytes, offset: int) -> Iterator[Packet]:
        for begin in range(0, len(data), _SEGMENT):
            piece = data[begin : begin + _SEGMENT]
            yield self._packet(time, sender, offset + begin, _PSH | _ACK, piece)
        self._sent[sender] = max(self._sent[sender], offset + len(data))

    def mark(self, time: float, what: str, detail: bytes) -> Iterator[Packet]:
        if what == "lost":
            if detail and not self._finished:
                yield self._packet(time, "client", self._sent["client"], _RST | _ACK)
                return
            ends = [end for end in ("server", "client") if end not in self._finished]
        elif what == "abort":
            yield self._packet(time, "server", self._sent["server"], _RST | _ACK)
            self._finished = {"client", "server"}
            return
        else:
            ends = ["client" if what == "eof" else "server"]
        for end in ends:
            if end not in self._finished:
                yield self._packet(time, end, self._sent[end], _FIN | _ACK)
                self._finished.add(end)

    def _packet(
        self, time: float, sender: str, offset: int, flags: int, data: bytes = b""
    ) -> Packet:
        other = "server" if sender == "client" else "client"
        ack = 0
        if flags & _ACK:
            ack = 1 + self._sent[other] + (other in self._finished)
        numbers = (1 + offset) & 0xFFFFFFFF, ack & 0xFFFFFFFF
        segment = struct.pack(
            "!HHIIBBHHH", *self._ports[sender], *numbers, 0x50, flags, 0xFFFF, 0, 0
        )
        pseudo = _LOOPBACK * 2 + struct.pack("!BBH", 0, 6, len(segment) + len(data))
        segment = segment[:16] + _checksum(pseudo + segment + data) + segment[18:]
        length = 20 + len(segment) + len(data)
        header = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0x4000, 64, 6, 0) + _LOOPBACK * 2
        header = header[:10] + _checksum(header) + header[12:]
        return time, header + segment + data


def _checksum(data: bytes) -> bytes:
    """The Internet checksum (RFC 1071): a sum of 16-bit words is the number modulo 0xFFFF."""
    total = int.from_bytes(data + b"\0" * (len(data) % 2), "big")
    return (-total % 0xFFFF).to_bytes(2, "big")
