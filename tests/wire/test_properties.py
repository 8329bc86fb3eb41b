"""Properties: what goes in comes out, in any chunking; nothing raises; looking changes nothing."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from tests.wire.test_vectors import shaken
from tests.wire.vectors import VECTORS, frame
from ws101.wire.conversation import Conversation
from ws101.wire.deflate import Inflater
from ws101.wire.events import SENDERS, FrameEvent, Violation
from ws101.wire.frames import FrameStream
from ws101.wire.reader import Reader
from ws101.wire.recording import OVERHEAD, Recorder

senders = st.sampled_from(SENDERS)
payloads = st.one_of(
    st.binary(max_size=300), st.integers(0, 70_000).map(lambda n: bytes(i % 251 for i in range(n)))
)
texts = st.text(max_size=200)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data in pieces, cut at these places, modulo its length."""
    places = sorted({0, len(data), *(place % (len(data) + 1) for place in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@st.composite
def messages(draw) -> list[tuple[Opcode, bytes, list[int]]]:
    """Messages, each with the places at which it is cut into fragments; and control frames."""
    kinds = st.one_of(
        st.tuples(st.just(Opcode.TEXT), texts.map(str.encode), st.lists(st.integers(0, 300))),
        st.tuples(st.just(Opcode.BINARY), payloads, st.lists(st.integers(0, 70_000), max_size=4)),
        st.tuples(
            st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125), st.just([])
        ),
    )
    return draw(st.lists(kinds, min_size=1, max_size=6))


def fragments(opcode: Opcode, payload: bytes, cuts: list[int]) -> list[Frame]:
    """The message's frames. Its fragments may be empty."""
    parts = cut(payload, cuts) or [b""]
    return [
        Frame(opcode if i == 0 else Opcode.CONT, part, fin=i == len(parts) - 1)
        for i, part in enumerate(parts)
    ]


@given(messages(), senders, st.booleans(), st.booleans(), st.lists(st.integers(0), max_size=20))
def test_what_another_library_writes_comes_back(sent, sender, deflate, takeover, cuts):
    """Frames as `websockets` serialises them, compressed or not, in random chunks."""
    extensions = [PerMessageDeflate(True, not takeover, 15, 15)] if deflate else []
    frames = [frame for message in sent for frame in fragments(*message)]
    wire = b"".join(f.serialize(mask=sender == "client", extensions=extensions) for f in frames)
    stream = FrameStream(sender, inflater=Inflater(takeover) if deflate else None)
    events: list[Any] = [event for piece in cut(wire, cuts) for event in stream.feed(piece)]

    assert [e for e in events if isinstance(e, Violation)] == []
    assert b"".join(e.header.raw + e.wire for e in events) == wire
    for event, written in zip(events, frames, strict=True):
        assert (event.opcode, event.header.fin) == (written.opcode, written.fin)
        assert event.header.masked == (sender == "client")
        control = event.opcode >= Opcode.CLOSE
        if control or not deflate:
            assert event.payload == written.data
    whole = [e.message.payload if e.message else e.payload for e in events if e.header.fin]
    assert whole == [payload for _, payload, _ in sent]
    texts = [e.message.text for e in events if e.message and e.message.opcode == Opcode.TEXT]
    assert texts == [p.decode() for opcode, p, _ in sent if opcode is Opcode.TEXT]


@given(st.binary(max_size=400), senders, st.booleans(), st.lists(st.integers(0), max_size=10))
def test_chunks_make_no_difference(data, sender, deflate, cuts):
    def read(pieces: list[bytes]) -> list[Any]:
        stream = FrameStream(sender, inflater=Inflater(True) if deflate else None)
        return [*(e for piece in pieces for e in stream.feed(piece)), stream.pending(0)]

    assert read(cut(data, cuts)) == read([data])


HELLO, AGAIN = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000")  # RFC 7692 7.2.3.2
DEFLATED_EURO = bytes.fromhex("7ad4b40600")
EURO = "€".encode()
FRAGMENTS = [
    frame(1, HELLO[:3], first=0x40),
    frame(1, b"ab", first=0),
    frame(1, EURO[:1], first=0),
    frame(0, EURO[1:2], first=0),
    frame(0, EURO[2:]),
    frame(0, HELLO[3:]),
]
marks = st.sampled_from([("eof", b""), ("close", b""), ("abort", b"7"), ("lost", b"OSError: x")])
heads = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 101 OK\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    ]
)
noise = st.one_of(
    st.binary(max_size=80),
    heads,
    heads.flatmap(lambda head: st.integers(0, len(head)).map(lambda n: head[:n])),
    st.sampled_from(
        [
            b"\x81\x05Hello",
            b"\x88\x00",
            frame(1, HELLO, first=0xC0),
            frame(1, HELLO, first=0xC0, mask=True),
            frame(1, AGAIN, first=0xC0),  # refers to the message before it
            frame(1, AGAIN, first=0xC0, mask=True),
            frame(1, HELLO[:3], first=0x40) + frame(0, HELLO[3:]),
            *FRAGMENTS,
        ]
    ),
)
chunks = st.lists(st.one_of(st.tuples(senders, noise), marks), max_size=12)


@settings(max_examples=400)
@given(st.booleans(), chunks)
def test_nothing_raises(upgraded, found):
    conversation = shaken(Conversation()) if upgraded else Conversation()
    for time, (what, data) in enumerate(found):
        conversation.feed(time, what, data)
        conversation.pending()


UPGRADED_HALFWAY = [
    ("client", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"),
    ("server", b"HTTP/1.1 101 OK\r\n\r\n"),
    ("client", b"\x88\x00"),
]


@settings(max_examples=400)
@given(st.booleans(), st.lists(st.tuples(senders, noise), max_size=12))
@example(False, UPGRADED_HALFWAY)
def test_events_lie_end_to_end(upgraded, found):
    """Each begins where the one before it ends, in what its sender sent; so nothing is left out."""
    conversation = shaken(Conversation()) if upgraded else Conversation()
    start = {sender: conversation.consumed(sender) for sender in SENDERS}
    events = [event for what, data in found for event in conversation.feed(0, what, data)]
    for event in [*events, *conversation.pending()]:
        if isinstance(event, Violation) and event.section.startswith("RFC 9112"):
            return  # this is no HTTP: nothing more is read
        if event.length:
            assert event.offset == start[event.sender]
            start[event.sender] += event.length
    assert all(start[sender] <= conversation.consumed(sender) for sender in SENDERS)


@pytest.mark.parametrize("body", [b"3\r\nabc\r\n0\r\n\r\n", b"3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n"])
def test_chunks_of_a_body_have_a_length(body):
    conversation = Conversation()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    (event,) = conversation.feed(0, "server", head + body)
    assert (event.size, event.length) == (3, len(head + body))


def test_a_beginning_has_the_length_of_what_came():
    conversation = Conversation()
    conversation.feed(0, "client", b"GET / HT")
    assert [event.length for event in conversation.pending()] == [8]
    conversation = shaken(Conversation())
    conversation.feed(0, "client", b"\x81")
    conversation.feed(0, "server", b"\x81\x05He")
    assert [event.length for event in conversation.pending()] == [1, 4]


traffic = st.lists(st.tuples(senders, noise, st.booleans()), max_size=20)


MASKED_AND_NOT = [
    ("client", frame(1, HELLO, first=0xC0, mask=True), True),
    ("client", frame(1, AGAIN, first=0xC0), True),
    ("client", frame(1, AGAIN, first=0xC0, mask=True), False),
]


def begun_and_cut(one: bytes, other: bytes, flags: int = 0) -> list[tuple[str, bytes, bool]]:
    """A text in two fragments, of which somebody saw the first before it fell out of the ring."""
    first, last = frame(1, one, first=flags), frame(0, other)
    return [("server", first, True), ("server", last, False)]


@settings(max_examples=500)
@given(
    st.sampled_from(["", "plain", "deflate"]), traffic, st.integers(OVERHEAD, 2000), st.booleans()
)
@example("plain", begun_and_cut(b"ab", b"cd"), 2 * OVERHEAD, False)  # the rest is no message
@example("plain", begun_and_cut(EURO[:1], b""), 2 * OVERHEAD, False)  # ends within a character
@example("deflate", begun_and_cut(HELLO[:4], HELLO[4:], 0x40), 2 * OVERHEAD, False)
@example("deflate", begun_and_cut(DEFLATED_EURO[:3], DEFLATED_EURO[3:], 0x40), 2 * OVERHEAD, False)
@example("deflate", MASKED_AND_NOT, 2 * OVERHEAD, False)
def test_looking_changes_nothing(upgraded, found, limit, ends):
    """Whoever looks now and then sees in the end what somebody sees who looks once."""
    recorder = Recorder()
    recording = recorder.open(None)
    often, once = Reader(recording), Reader(recording)
    if upgraded:
        offer = "\r\nSec-WebSocket-Extensions: permessage-deflate" if upgraded == "deflate" else ""
        for sender, message in zip(SENDERS, VECTORS["handshake_messages"], strict=False):
            head = message["text"].replace("\r\n\r\n", f"{offer}\r\n\r\n")
            recording.add(sender, head.encode())
    recorder.limit = limit
    for sender, data, look in found:
        recording.add(sender, data)
        if look:
            often.read()
    if ends:
        recording.end("OSError: x")
    assert often.read() == once.read()


@pytest.mark.parametrize("takeover", [True, False])
def test_a_bomb_is_cut(takeover):
    """64 MiB of zeros in 64 KiB: no more than 16 MiB are inflated, no more than 1 MiB kept."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeeze.compress(bytes(64 << 20)) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    stream = FrameStream("server", inflater=Inflater(takeover))
    (event,) = stream.feed(frame(Opcode.BINARY, bomb[:-4], first=0xC0))
    assert len(event.inflated) == 1 << 20
    assert "16,777,216" in event.note
    assert not event.message.complete
    (event,) = stream.feed(bytes.fromhex("c107f248cdc9c90700"))
    assert event.text == ("" if takeover else "Hello")
    assert event.note == (
        "not inflated: the message before it exceeds 16,777,216 bytes" if takeover else ""
    )


def test_a_text_that_is_cut_is_not_accused():
    """What is kept of it ends inside a character. That is not the sender's fault."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = "€" * (1 << 19)  # 1.5 MiB
    payload = squeeze.compress(text.encode()) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    stream = FrameStream("server", inflater=Inflater(True))
    (event,) = stream.feed(frame(Opcode.TEXT, payload[:-4], first=0xC0))
    assert len(event.inflated) == 1 << 20
    assert event.text == text[: (1 << 20) // 3]
    assert not event.message.complete


def test_frames_are_events_of_their_sender():
    (event,) = FrameStream("client", connection=3, offset=10).feed(bytes.fromhex("818037fa213d"), 2)
    assert isinstance(event, FrameEvent)
    assert (event.connection, event.sender, event.offset, event.time) == (3, "client", 10, 2)
