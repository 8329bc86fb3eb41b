"""One line of plain text for each event, the same in transcripts and in pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ws101.wire.events import (
    BINARY,
    CLOSE,
    CONTINUATION,
    TEXT,
    Dropped,
    End,
    Event,
    FrameEvent,
    HandshakeRequest,
    HandshakeResponse,
    HttpMessage,
    Partial,
    Violation,
)
from ws101.wire.handshake import extensions
from ws101.wire.rules import close_meaning

QUOTED = 60  # characters of a payload that are quoted


def headline(event: Event) -> str:
    """What happened, in one line, without when and between whom."""
    return "  ".join(parts(event))


def parts(event: Event) -> list[str]:
    """The headline's parts: first what it is, then quotations in “ ”, remarks in [ ], and words."""
    match event:
        case HandshakeRequest():
            return [event.start.rpartition(" ")[0], "asks for WebSocket"]
        case HandshakeResponse():
            return _answer(event)
        case HttpMessage():
            return _http(event)
        case FrameEvent():
            return _frame(event)
        case Violation():
            advice = f"close code {event.close_code}" if event.close_code else ""
            advice = advice or (f"status {event.status}" if event.status else "")
            return ["broken rule", event.rule, f"[{event.section}, {advice}]"]
        case Partial():
            return [event.what, f"[not ended: {size(len(event.data))} came]", quote(event.data)]
        case Dropped():
            frames = f" in {event.frames:,} frames" if event.frames else ""
            return ["not kept", f"{size(event.size)}{frames}: a connection's newest bytes are kept"]
        case End():
            return _end(event)
    raise TypeError(f"{type(event).__name__} has no headline")


def size(count: int) -> str:
    """A number of bytes: "5 B", "65,536 B"."""
    return f"{count:,} B"


def quote(payload: bytes | str, most: int = QUOTED) -> str:
    """The beginning of a payload: text in quotation marks, other bytes in hex."""
    if isinstance(payload, bytes):
        more = " …" if len(payload) > most // 3 else ""
        return payload[: most // 3].hex(" ") + more
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in payload[:most])
    return f"“{text}{'…' if len(payload) > most else ''}”"


def tally(events: Iterable[Event]) -> str:
    """What there is in a stretch of events: "240 text →, 240 text ←"."""
    kinds = Counter((_kind(event), arrow(event)) for event in events)
    return ", ".join(f"{count:,} {kind} {way}" for (kind, way), count in kinds.most_common())


def arrow(event: Event) -> str:
    """Which way it went, from a client on the left to the server on the right."""
    if isinstance(event, Dropped):
        return "·"
    return "→" if event.sender == "client" else "←"


def _kind(event: Event) -> str:
    if isinstance(event, FrameEvent):
        return event.name
    if isinstance(event, HttpMessage):
        return "requests" if event.sender == "client" else "responses"
    return type(event).__name__.lower()


def _answer(event: HandshakeResponse) -> list[str]:
    start = event.start.partition(" ")[2]
    if not event.accepted:
        return [start, "the handshake is refused"]
    chosen = [name for name, _ in extensions(event)]
    if protocol := event.get("Sec-WebSocket-Protocol"):
        chosen.insert(0, f"subprotocol {protocol}")
    return [start, *([f"with {', '.join(chosen)}"] if chosen else [])]


def _http(event: HttpMessage) -> list[str]:
    sent = event.sender == "client"
    start = event.start.rpartition(" ")[0] if sent else event.start.partition(" ")[2]
    body = [size(event.size)] if event.size else []
    return [start, *body, *([] if event.complete else ["[not ended]"])]


def _frame(event: FrameEvent) -> list[str]:
    found = [event.name]
    if event.fragment:
        last = ", the last" if event.header.fin else ""
        found.append(f"fragment {event.fragment}{last}")
    if event.opcode == CLOSE:
        found += _close(event)
    elif event.inflated is not None and not event.missing:
        found.append(size(len(event.inflated)) + (" or more" if event.note else ""))
        found.append(_content(event, event.inflated))
        found.append(f"[deflated to {size(event.header.length)}]")
    else:
        found.append(size(event.header.length))
        found.append(_content(event, event.payload))
    message = event.message
    if event.fragment and message is not None:
        found += ["=", quote(message.payload if message.text is None else message.text)]
    if event.missing:
        found.append(f"[not ended: {size(event.header.length - event.missing)} came]")
    if event.unsent:
        found.append(f"[{event.unsent:,} of {size(event.size)} wait in the server]")
    return [part for part in found if part]


def _content(event: FrameEvent, content: bytes) -> str:
    if not content:
        return ""
    if event.opcode in (TEXT, CONTINUATION) and event.text is not None:
        return quote(event.text)
    if event.opcode == BINARY or event.text is None or not event.text.isprintable():
        return quote(content)
    return quote(event.text)


def _close(event: FrameEvent) -> list[str]:
    if event.close_code is None:
        return ["without a code" if not event.header.length else "without a whole code"]
    reason = [quote(event.close_reason)] if event.close_reason else []
    meaning = close_meaning(event.close_code)
    return [f"{event.close_code} ({meaning})" if meaning else f"{event.close_code}", *reason]


def _end(event: End) -> list[str]:
    what = {
        "closed": "the server closed TCP",
        "eof": "the client closed TCP",
        "reset": "the client reset TCP",
        "aborted": "the server cut TCP",
        "timeout": "TCP gave up on the client",
        "stopped": "the server stopped",
    }.get(event.how, f"TCP failed: {event.detail}")
    if event.unsent:
        what += f" with {size(event.unsent)} not sent"
    if event.clean:
        return ["end", what]
    lacking = "no close frame" if event.code == 1006 else "a close frame was not answered"
    what = f"{what}: {lacking}"
    return [
        "vanished" if event.sender == "client" else "cut off",
        what,
        f"[close code {event.code}]",
    ]
