"""HTTP and the handshake, both directions together: what is read, and which rules are missed."""

from __future__ import annotations

import pytest

from tests.wire.test_vectors import shaken
from tests.wire.vectors import VECTORS, frame
from ws101.wire.conversation import EARLY, Conversation
from ws101.wire.events import (
    End,
    FrameEvent,
    HandshakeRequest,
    HandshakeResponse,
    HttpMessage,
    Partial,
    Violation,
)
from ws101.wire.http import KEPT

REQUEST, RESPONSE = (VECTORS["handshake_messages"][i]["text"] for i in (0, 1))
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def talk(*chunks, size=1 << 20):
    """The events of a conversation of (sender, data), in chunks of that size."""
    conversation = Conversation()
    return [
        event
        for what, data in chunks
        for start in range(0, max(1, len(data)), size)
        for event in conversation.feed(0, what, data[start : start + size])
    ]


# HTTP


BODIES = {
    "by length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
    "none": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
}


@pytest.mark.parametrize("size", [1 << 20, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("how", BODIES)
def test_bodies(how, size):
    """Each response ends where it ends, so that the next one is found."""
    events = talk(("client", GET), ("server", BODIES[how]), ("client", GET), size=size)
    events += []
    second = talk(
        ("client", GET),
        ("server", BODIES[how]),
        ("client", GET),
        ("server", BODIES[how]),
        size=size,
    )
    assert [type(event) for event in second] == [HttpMessage] * 4
    body = b"" if how == "none" else b"hello"
    for response in second[1::2]:
        assert (response.body, response.size, response.complete) == (body, len(body), True)
    assert [event.status for event in second] == [None, second[1].status] * 2
    assert events == second[:3]


def test_a_body_that_ends_with_the_connection():
    *_, response, end = talk(
        ("client", GET), ("server", b"HTTP/1.1 200 OK\r\n\r\nhell"), ("server", b"o"), ("lost", b"")
    )
    assert (response.body, response.complete) == (b"hello", True)
    assert (end.clean, end.code) == (True, None)


def test_a_body_that_was_cut():
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
    *_, response, _ = talk(("client", GET), ("server", start), ("lost", b""))
    assert (response.body, response.complete) == (b"hello", False)


def test_a_long_body_is_counted_and_not_kept():
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    _, response = talk(("client", GET), ("server", start + bytes(1_000_000)), size=10_000)
    assert (len(response.body), response.size) == (KEPT, 1_000_000)


def test_a_post_a_head_and_an_interim_response():
    post = b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    head = b"HEAD / HTTP/1.1\r\n\r\n"
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
    events = talk(
        *(("client", post), ("server", b"HTTP/1.1 100 Continue\r\n\r\n"), ("client", b"data")),
        *(("server", response + b"created"), ("client", head), ("server", response)),
        *(("client", GET), ("server", response + b"another")),
    )
    assert [(e.target or e.status, e.body) for e in events] == [
        (100, b""), ("/", b"data"), (200, b"created"),
        ("/", b""), (200, b""),
        ("/", b""), (200, b"another"),
    ]  # fmt: skip


def test_a_line_end_that_is_none():
    _, violation = talk(("client", GET.replace(b"\r", b"")))
    assert violation.section == "RFC 9112 2.2"


def test_a_head_that_does_not_end():
    (violation,) = talk(("client", b"GET / HTTP/1.1\r\nX: " + b"x" * 2 * KEPT), size=1000)
    assert violation.section == "RFC 9112 2.2"
    (partial, _) = talk(("client", GET[:-2]), ("lost", b""))
    assert isinstance(partial, Partial)
    assert (partial.what, partial.data) == ("request", GET[:-2])


# The handshake


def broken(request: str) -> list[tuple[str, int]]:
    events = talk(("client", request.encode()))
    return [(e.section, e.status) for e in events if isinstance(e, Violation)]


@pytest.mark.parametrize(
    ("old", "new", "section", "status"),
    [
        ("GET", "POST", "RFC 6455 4.2.1 (1)", 405),
        ("HTTP/1.1", "HTTP/1.0", "RFC 6455 4.2.1 (1)", 400),
        ("Host: server.example.com\r\n", "", "RFC 6455 4.2.1 (2)", 400),
        ("Upgrade: websocket", "Upgrade: h2c", "RFC 6455 4.2.1 (3)", 400),
        ("Upgrade: websocket\r\n", "", "RFC 6455 4.2.1 (3)", 400),
        ("Connection: Upgrade", "Connection: keep-alive", "RFC 6455 4.2.1 (4)", 400),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "RFC 6455 4.2.1 (5)", 400),
        ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", "RFC 6455 4.2.1 (5)", 400),
        ("dGhlIHNhbXBsZSBub25jZQ==", "!!", "RFC 6455 4.2.1 (5)", 400),
        ("Version: 13", "Version: 8", "RFC 6455 4.2.1 (6)", 426),
        ("Sec-WebSocket-Version: 13\r\n", "", "RFC 6455 4.2.1 (6)", 426),
    ],
)
def test_a_request_that_breaks_one_rule(old, new, section, status):
    assert old in REQUEST
    assert broken(REQUEST.replace(old, new, 1)) == [(section, status)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Upgrade: websocket", "upgrade: WebSocket"),
        ("Connection: Upgrade", "Connection: keep-alive, upgrade"),
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade"),
        ("GET /chat", "GET /chat/room?token=abc"),
    ],
)
def test_a_request_that_breaks_none(old, new):
    assert old in REQUEST
    assert broken(REQUEST.replace(old, new, 1)) == []


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("Upgrade: websocket", "Upgrade: h2c", 2),
        ("Connection: Upgrade", "Connection: close", 3),
        ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", 4),
        ("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "", 4),
        ("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", 5),
        ("Protocol: chat", "Protocol: other", 6),
    ],
)
def test_a_response_that_breaks_one_rule(old, new, check):
    assert old in RESPONSE
    response = RESPONSE.replace(old, new, 1)
    _, event, violation = talk(("client", REQUEST.encode()), ("server", response.encode()))
    assert isinstance(event, HandshakeResponse)
    assert violation.section == f"RFC 6455 4.1 client check {check}"


def test_a_refusal_and_what_comes_after():
    """The connection is HTTP still, and the next handshake on it may do better."""
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
    events = talk(
        *(("client", REQUEST.encode()), ("client", GET), ("server", refusal)),
        *(("server", b"HTTP/1.1 204 No Content\r\n\r\n"), ("client", REQUEST.encode())),
        *(("server", RESPONSE.encode()), ("client", frame(1, b"Hello", mask=True))),
    )
    assert [type(event) for event in events] == [
        *(HandshakeRequest, HandshakeResponse, HttpMessage, HttpMessage),
        *(HandshakeRequest, HandshakeResponse, FrameEvent),
    ]
    assert [event.accepted for event in events if isinstance(event, HandshakeResponse)] == [
        False,
        True,
    ]
    assert events[1].body == b"no"


def test_frames_before_the_answer():
    """A client in a hurry: its frames are read once the answer says that they are frames."""
    request = REQUEST.encode() + frame(1, b"Hello", mask=True)
    events = talk(("client", request), ("server", RESPONSE.encode() + frame(1, b"Hi")))
    assert [e.text for e in events if isinstance(e, FrameEvent)] == ["Hello", "Hi"]
    assert [e.offset for e in events if isinstance(e, FrameEvent)] == [len(REQUEST), len(RESPONSE)]


def test_too_much_before_the_answer():
    _, violation, response, frame_event = talk(
        ("client", REQUEST.encode()), ("client", bytes(EARLY + 1)),
        ("server", RESPONSE.encode() + frame(1, b"Hi")), ("client", frame(1, b"Lost", mask=True)),
    )  # fmt: skip
    assert isinstance(violation, Violation)
    assert response.accepted
    assert frame_event.text == "Hi"


# The end


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([("eof", b""), ("close", b""), ("lost", b"")], ("client", "eof", False, 1006)),
        ([("close", b""), ("lost", b"")], ("server", "closed", False, 1006)),
        ([("lost", b"ConnectionResetError: x")], ("client", "reset", False, 1006)),
        ([("lost", b"BrokenPipeError: x")], ("client", "reset", False, 1006)),
        ([("lost", b"TimeoutError: x")], ("client", "timeout", False, 1006)),
        ([("lost", b"OSError: x")], ("client", "error", False, 1006)),
        ([("lost", b"stopped")], ("server", "stopped", False, 1006)),
        ([("abort", b"7"), ("lost", b"OSError: x")], ("server", "aborted", False, 1006)),
        (
            [("client", frame(8, b"\x03\xe8", mask=True)), ("server", frame(8)), ("lost", b"")],
            ("server", "closed", True, 1000),
        ),
        ([("client", frame(8, mask=True)), ("lost", b"")], ("server", "closed", False, 1005)),
        ([("server", frame(8, b"\x03\xf4")), ("lost", b"")], ("server", "closed", False, 1012)),
    ],
)
def test_endings(chunks, expected):
    conversation = shaken(Conversation())
    *_, end = [event for chunk in chunks for event in conversation.feed(0, *chunk)]
    assert isinstance(end, End)
    assert (end.sender, end.how, end.clean, end.code) == expected
