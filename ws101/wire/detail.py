"""What opens when an arrow is opened. Frames have a module of their own."""

from __future__ import annotations

import re
from html import escape

from ws101.wire.dump import dump
from ws101.wire.events import (
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
from ws101.wire.frame_detail import frame
from ws101.wire.handshake import GUID, accept_key
from ws101.wire.labels import size

# Pictures are saved with the notebook, and a hub sends its own token and cookies to our server too.
_SECRET = re.compile(r"(?im)^((?:proxy-)?authorization: *|cookie: *)(.*?)(?=\r?$)")

_WHY = {
    "upgrade": "what to change to",
    "connection": "that this very connection is to change",
    "sec-websocket-version": "13 is RFC 6455",
    "sec-websocket-protocol": "what is spoken above WebSocket",
    "sec-websocket-extensions": "compression, if both sides agree",
    "origin": "the page that opened the socket: only browsers send it, and they always do",
    "cookie": "sent by browsers whichever page opened the socket",
    "host": "which site is meant, on a server with several",
    "user-agent": "the client's program",
}


def detail(event: Event, name: str) -> str:
    """What there is to see inside an event, as HTML. `name` is the client's."""
    match event:
        case HttpMessage():
            return _http(event)
        case FrameEvent():
            return frame(event, name)
        case Violation():
            return _violation(event)
        case Partial():
            return dump(f"The beginning of a {event.what}", event.data)
        case End():
            return f"<p>{escape(_ending(event, name))}</p>"
        case Dropped():
            return (
                "<p>Of each connection the newest 4 MiB or so are kept, so that a server that runs "
                "for long does not fill the memory. What stood here was older.</p>"
            )
    return ""


def _http(event: HttpMessage) -> str:
    why = _WHY | _key_explained(event) if _is_handshake(event) else {}
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(why[name.lower()])}</td></tr>"
        for name, _ in event.headers
        if name.lower() in why
    )
    head = _SECRET.sub(_hidden, event.raw.decode("latin-1"))
    head = head.replace("\r", "\\r").replace("\n", "\\n\n")
    table = f"<table><caption>What it says</caption><tbody>{rows}</tbody></table>" if rows else ""
    body = dump(f"The body, {size(event.size)}", event.body) if event.size else ""
    return f"<p>{size(len(event.raw))} of text:</p><pre>{escape(head)}</pre>{table}{body}"


def _hidden(header: re.Match[str]) -> str:
    """The header with its secrets left out: of a cookie its name stays, of a token its scheme."""
    name, value = header.groups()
    cut = "=" if name.lower().startswith("cookie") else " "
    words = (one.strip().partition(cut) for one in value.split(";"))
    return name + "; ".join(word + cut + "…" if found else "…" for word, found, _ in words)


def _is_handshake(event: HttpMessage) -> bool:
    return isinstance(event, HandshakeRequest | HandshakeResponse)


def _key_explained(event: HttpMessage) -> dict[str, str]:
    key = event.get("Sec-WebSocket-Key")
    made = f"the server must answer {accept_key(key)}" if key else ""
    return {
        "sec-websocket-key": f"16 random bytes in base64; {made}",
        "sec-websocket-accept": f"base64 of SHA-1 of the request's key and {GUID}",
    }


def _violation(event: Violation) -> str:
    standard, _, number = event.section.partition(" ")
    rfc, _, section = number.partition(" ")
    section = section.split(" ")[0]
    link = f"https://www.rfc-editor.org/rfc/rfc{rfc}#section-{section}"
    advice = f" Fitting close code: {event.close_code}." if event.close_code else ""
    advice = advice or (f" Fitting status: {event.status}." if event.status else "")
    return (
        f"<p>The rule: {escape(event.rule)}. "
        f'<a href="{link}">{standard} {escape(number)}</a>.{advice}</p>'
    )


def _ending(event: End, name: str) -> str:
    said = {
        "closed": "The server closed the TCP connection (FIN).",
        "eof": f"{name} closed its side of the TCP connection (FIN).",
        "reset": f"{name} reset the TCP connection (RST): what was on its way is lost.",
        "aborted": f"The server cut the TCP connection. {size(event.unsent)} were not sent.",
        "timeout": f"TCP had no answer from {name} for too long.",
        "stopped": "The server stopped.",
    }.get(event.how, f"The TCP connection failed: {event.detail}.")
    if event.code is None:
        return said
    if event.clean:
        return f"{said} Both sides had sent a close frame before. The close code is {event.code}."
    lack = "No close frame had been sent" if event.code == 1006 else "One close frame was missing"
    return f"{said} {lack}, so the application sees close code {event.code} (RFC 6455 7.1.5)."
