"""Every vector of rfc_vectors.json, in one piece and byte by byte, with its stated outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.vectors import KEY, VECTORS, by_id, frame, masked
from ws101.wire.conversation import Conversation
from ws101.wire.deflate import Inflater
from ws101.wire.events import FrameEvent, HandshakeRequest, HandshakeResponse, Violation
from ws101.wire.frames import FrameStream
from ws101.wire.handshake import accept_key
from ws101.wire.masking import apply_mask
from ws101.wire.rules import may_be_sent

CHUNKINGS = {"whole": 1 << 30, "byte by byte": 1}
every_chunking = pytest.mark.parametrize("size", CHUNKINGS.values(), ids=CHUNKINGS)


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def read(data: bytes, size: int, sender: str, inflater: Inflater | None = None) -> list[Any]:
    """The events of frames that come in chunks of `size` bytes."""
    stream = FrameStream(sender, inflater=inflater)
    return [event for chunk in chunks(data, size) for event in stream.feed(chunk)]


def violations(events: list[Any]) -> list[Violation]:
    return [event for event in events if isinstance(event, Violation)]


def test_no_group_is_left_out():
    assert set(VECTORS) == {
        "_meta", "must_fail_note", "close_codes_note",  # notes
        "handshake_key_examples", "handshake_rules", "rules_control", "permessage_deflate_rules",
        *("handshake_accept", "handshake_messages", "frames", "frames_full_long"),
        *("length_boundaries", "masking", "must_fail", "must_accept", "close_codes"),
        *("close_frames", "utf8", "permessage_deflate"),
    }  # fmt: skip


# Frames


@every_chunking
@pytest.mark.parametrize("vector", by_id("frames"))
def test_frame(vector, size):
    data = bytes.fromhex(vector["hex"])
    payload = vector.get("payload_text", "").encode()
    if "payload_length" in vector:  # only the header is printed
        payload = bytes(range(256)) * (vector["payload_length"] // 256)
        data += payload
    sender = vector["direction"].partition("->")[0]
    start = b"" if vector["opcode"] else bytes.fromhex(VECTORS["frames"][2]["hex"])
    *before, event = read(start + data, size, sender)
    assert violations([*before, event]) == []
    assert event.header.fin == bool(vector["fin"])
    assert event.opcode == vector["opcode"]
    assert event.header.masked == bool(vector["masked"])
    assert (event.header.key or b"").hex() == vector.get("mask_key", KEY.hex() * vector["masked"])
    assert event.payload == payload
    assert event.size == len(data)
    if "message" in vector:
        assert event.message.text == vector["message"]
        assert event.message.frames == 2


@every_chunking
@pytest.mark.parametrize("vector", by_id("frames_full_long"))
def test_long_frame(vector, size):
    if "hex" in vector:
        data = bytes.fromhex(vector["hex"])
        payload = data[4:]
    else:
        repeat = vector["payload_repeat"]
        payload = bytes.fromhex(repeat["unit_hex"]) * repeat["times"]
        data = bytes.fromhex(vector["hex_header"]) + payload
    (event,) = read(data, size, "server")
    assert event.payload == payload == event.message.payload
    assert event.header.minimal
    assert event.header.length == len(payload)


@every_chunking
@pytest.mark.parametrize("vector", by_id("length_boundaries"))
def test_length_boundary(vector, size):
    length = vector["payload_length"]
    payload = b"x" * length
    data = bytes.fromhex(vector["hex_header"])
    data += KEY + masked(payload) if vector["masked"] else payload
    (event,) = read(data, size, "client" if vector["masked"] else "server")
    assert event.opcode == vector["opcode"]
    assert event.header.length == length
    assert event.header.length_bits == (7 if length < 126 else 16 if length < 1 << 16 else 64)
    assert event.header.minimal
    assert event.header.masked == bool(vector["masked"])
    assert event.payload == payload


@pytest.mark.parametrize("vector", by_id("masking"))
def test_masking(vector):
    key = bytes.fromhex(vector["key"])
    pairs = vector.get("pairs") or [(vector["payload_hex"], vector["masked_hex"])]
    for plain, wire in pairs:
        assert apply_mask(bytes.fromhex(plain), key).hex() == wire
        assert apply_mask(bytes.fromhex(wire), key).hex() == plain


@every_chunking
@pytest.mark.parametrize("vector", by_id("must_fail"))
def test_must_fail(vector, size):
    data = bytes.fromhex(vector["hex"])
    found = violations(read(data, size, vector["sent_by"]))
    assert found, "nothing was found to be wrong"
    assert found[0].close_code == vector["expected_close_code"]
    rfcs = vector["source"].replace("RFC6455 ", "RFC 6455 ").replace("RFC3629", "RFC 3629")
    assert found[0].section.split(" ")[2] in rfcs
    assert found[0].rule


@every_chunking
@pytest.mark.parametrize("vector", by_id("must_accept"))
def test_must_accept(vector, size):
    events = read(bytes.fromhex(vector["hex"]), size, "client")
    assert violations(events) == []
    if "message" in vector:
        assert events[-1].message.text == vector["message"]
    for reply in vector.get("replies_in_order", [vector.get("reply_hex_from_server")])[:1]:
        if reply:  # the answer to the ping has its payload
            (pong,) = read(bytes.fromhex(reply), size, "server")
            (ping,) = (event for event in events if event.name == "ping")
            assert (pong.name, pong.payload) == ("pong", ping.payload)


# Close


@every_chunking
@pytest.mark.parametrize("vector", by_id("close_codes"))
def test_close_code(vector, size):
    allowed = vector["may_appear_in_close_frame"]
    assert may_be_sent(vector["code"]) == allowed
    for sender in ("client", "server"):
        form = "masked" if sender == "client" else "unmasked"
        event, *found = read(bytes.fromhex(vector[f"close_frame_{form}_hex"]), size, sender)
        assert event.close_code == vector["code"]
        assert [v.section for v in found] == ([] if allowed else ["RFC 6455 7.4"])


@every_chunking
@pytest.mark.parametrize("vector", by_id("close_frames"))
def test_close_frame(vector, size):
    conversation = shaken(Conversation())
    data = bytes.fromhex(vector.get("hex", ""))
    events = [e for part in chunks(data, size) for e in conversation.feed(0, "server", part)]
    (end,) = conversation.feed(0, "lost", b"")
    assert end.code == vector["application_code"]
    if events:
        (close,) = events
        length = vector.get("reason_len", len(vector.get("reason", "")))
        assert len(close.close_reason or "") == length
        assert (close.close_code or 1005) == vector["application_code"]


# Text


@every_chunking
@pytest.mark.parametrize("vector", VECTORS["utf8"]["valid"], ids=lambda v: v["hex"])
def test_valid_utf8(vector, size):
    payload = bytes.fromhex(vector["hex"])
    (event,) = read(frame(1, payload, mask=True), size, "client")
    assert event.text == event.message.text == vector.get("text", payload.decode())


@every_chunking
@pytest.mark.parametrize("vector", VECTORS["utf8"]["invalid"], ids=lambda v: v["hex"])
def test_invalid_utf8(vector, size):
    payload = bytes.fromhex(vector["hex"])
    _, found = read(frame(1, payload, mask=True), size, "client")
    assert (found.close_code, found.section) == (1007, "RFC 6455 8.1")
    # In fragments as well, wherever it is cut.
    for cut in range(len(payload) + 1):
        parts = frame(1, payload[:cut], mask=True, first=0) + frame(0, payload[cut:], mask=True)
        found = violations(read(parts, size, "client"))
        assert [v.close_code for v in found] == [1007]


# permessage-deflate


@every_chunking
@pytest.mark.parametrize("vector", by_id("permessage_deflate"))
def test_deflate(vector, size):
    payload = bytes.fromhex(vector["payload"])
    frames = [bytes.fromhex(part) for part in vector.get("frames", [])]
    wire = b"".join(frames) or frame(1, payload, first=0xC0)
    first = bytes.fromhex(vector.get("payload_first", ""))
    if first:
        wire = frame(1, first, first=0xC0) + wire
    *_, event = events = read(wire, size, "server", Inflater(takeover=True))
    assert violations(events) == []
    assert event.message.text == vector["message"]
    # Sent twice: what one message leaves behind must not spoil the next.
    *_, event = events = read(wire + wire, size, "server", Inflater(takeover=True))
    assert violations(events) == []
    assert event.message.text == vector["message"]


def test_deflate_without_takeover():
    """With no_context_takeover each message stands for itself, so a shared window is a fault."""
    (vector,) = (v for v in VECTORS["permessage_deflate"] if v["id"] == "sharing-window")
    first, second = bytes.fromhex(vector["payload_first"]), bytes.fromhex(vector["payload"])
    wire = frame(1, first, first=0xC0) + frame(1, second, first=0xC0)
    events = read(wire, 1, "server", Inflater(takeover=False))
    assert [v.section for v in violations(events)] == ["RFC 7692 7.2.2"]
    twice = frame(1, first, first=0xC0) * 2
    assert [e.text for e in read(twice, 1, "server", Inflater(takeover=False))] == ["Hello"] * 2


# The handshake


def shaken(conversation: Conversation) -> Conversation:
    """The conversation after the handshake of RFC 6455 section 1.2."""
    request, response = (VECTORS["handshake_messages"][i]["text"].encode() for i in (0, 1))
    conversation.feed(0, "client", request)
    conversation.feed(0, "server", response)
    return conversation


@pytest.mark.parametrize("vector", by_id("handshake_accept"))
def test_accept_key(vector):
    assert accept_key(vector["key"]) == vector["accept"]


def test_printed_key_is_valid():
    """The RFC prints a key whose spare bits are not zero; it decodes to 16 bytes all the same."""
    (vector,) = VECTORS["handshake_key_examples"]
    request = VECTORS["handshake_messages"][0]["text"]
    for form in ("header_as_printed", "header_canonical_base64"):
        changed = request.replace("dGhlIHNhbXBsZSBub25jZQ==", vector[form])
        (event,) = Conversation().feed(0, "client", changed.encode())
        assert event.get("Sec-WebSocket-Key") == vector[form]


@every_chunking
def test_handshake_messages(size):
    conversation = Conversation()
    found = []
    for sender, vector in zip(("client", "server"), VECTORS["handshake_messages"], strict=False):
        for chunk in chunks(vector["text"].encode(), size):
            found += conversation.feed(0, sender, chunk)
    request, response = found
    assert isinstance(request, HandshakeRequest)
    assert request.target == "/chat"
    assert isinstance(response, HandshakeResponse)
    assert response.accepted
    assert response.get("sec-websocket-protocol") == "chat"
    (event,) = conversation.feed(0, "client", bytes.fromhex("818537fa213d7f9f4d5158"))
    assert isinstance(event, FrameEvent)


def test_version_refusal():
    vector = VECTORS["handshake_messages"][2]
    request = VECTORS["handshake_messages"][0]["text"].replace(
        "Sec-WebSocket-Version: 13", vector["request_header"]
    )
    conversation = Conversation()
    _, found = conversation.feed(0, "client", request.encode())
    assert (found.section, found.status) == ("RFC 6455 4.2.1 (6)", 426)
    for headers in vector["response_header_one_of"]:
        lines = "\r\n".join([vector["response_status"], *headers.split(" + "), "", ""])
        refusal = Conversation()
        refusal.feed(0, "client", request.encode())
        (event, *_) = [
            *refusal.feed(0, "server", lines.encode()),
            *refusal.feed(0, "lost", b""),
        ]
        assert isinstance(event, HandshakeResponse)
        assert not event.accepted
        assert "13" in event.get("Sec-WebSocket-Version")


# Rules that no vector is about


def sections(data: bytes, sender: str = "server", inflater: Inflater | None = None) -> list[str]:
    return [violation.section for violation in violations(read(data, 1 << 20, sender, inflater))]


def test_data_after_a_close_frame():
    assert sections(frame(8) + frame(1, b"late")) == ["RFC 6455 5.5.1"]
    assert sections(frame(8) + frame(10)) == []  # the answer to a ping before may still come


@pytest.mark.parametrize("opcode", [0, 8, 9, 10])
def test_rsv1_where_it_does_not_belong(opcode):
    start = frame(1, b"", first=0) if opcode == 0 else b""
    wrong = start + frame(opcode, first=0xC0)
    assert sections(wrong, inflater=Inflater(takeover=True)) == ["RFC 7692 6"]


def test_what_is_not_deflate_data():
    event, found = read(frame(1, b"\xff\xff", first=0xC0), 1, "server", Inflater(takeover=True))
    assert (found.section, found.close_code) == ("RFC 7692 7.2.2", 1007)
    assert event.note == "not inflated"


def test_a_frame_can_break_several_rules():
    (event, *found) = read(b"\x0b\x7e\x00\x05Hello", 1, "client")
    assert event.payload == b"Hello"
    assert [(v.section, v.offset) for v in found] == [
        ("RFC 6455 5.1", 0),  # not masked
        ("RFC 6455 5.2", 0),  # reserved opcode
        ("RFC 6455 5.2", 0),  # length
        ("RFC 6455 5.5", 0),  # a control frame in fragments
    ]
