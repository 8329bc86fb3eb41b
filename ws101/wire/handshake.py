"""The rules of the opening handshake (RFC 6455 section 4), and what it negotiates."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from ws101.wire.events import HttpMessage

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Problem = tuple[str, str, int]
"""The rule that was broken, the section that has it, and the HTTP status to refuse with."""


def accept_key(key: str) -> str:
    """The `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2)."""
    digest = hashlib.sha1((key.strip() + GUID).encode("latin-1", "replace")).digest()
    return base64.b64encode(digest).decode()


def is_handshake(request: HttpMessage) -> bool:
    """Whether this request means to be a WebSocket handshake, right or wrong."""
    return "websocket" in _tokens(request, "Upgrade") or any(
        request.all(name) for name in ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
    )


def request_problems(request: HttpMessage) -> list[Problem]:
    """What a server should refuse this request for (RFC 6455 section 4.2.1)."""
    method, _, version = request.start.split(" ")
    keys = request.all("Sec-WebSocket-Key")
    key = keys[0] if keys else ""
    versions = request.all("Sec-WebSocket-Version")
    rules: list[tuple[bool, str, str, int]] = [
        (method == "GET", f"the method is GET, not {method}", "RFC 6455 4.2.1 (1)", 405),
        (version >= "HTTP/1.1", f"HTTP/1.1 or higher, not {version}", "RFC 6455 4.2.1 (1)", 400),
        (len(request.all("Host")) == 1, "one Host header", "RFC 6455 4.2.1 (2)", 400),
        (
            "websocket" in _tokens(request, "Upgrade"),
            "Upgrade says websocket",
            "RFC 6455 4.2.1 (3)",
            400,
        ),
        (
            "upgrade" in _tokens(request, "Connection"),
            "Connection lists Upgrade",
            "RFC 6455 4.2.1 (4)",
            400,
        ),
        (
            len(keys) == 1 and _octets(key) == 16,
            "one Sec-WebSocket-Key, which decodes from base64 to 16 bytes",
            "RFC 6455 4.2.1 (5)",
            400,
        ),
        (versions == ["13"], "Sec-WebSocket-Version is 13", "RFC 6455 4.2.1 (6)", 426),
    ]
    return [(rule, section, status) for holds, rule, section, status in rules if not holds]


def response_problems(request: HttpMessage | None, response: HttpMessage) -> list[Problem]:
    """What a client must fail the connection for after a 101 (RFC 6455 section 4.1)."""
    keys = request.all("Sec-WebSocket-Key") if request else []
    accept = (response.get("Sec-WebSocket-Accept") or "").strip()
    right = accept_key(keys[0]) if keys else accept
    offered = {name for name, _ in extensions(request)} if request else set()
    chosen = {name for name, _ in extensions(response)}
    protocols = _tokens(request, "Sec-WebSocket-Protocol", fold=False) if request else []
    protocol = response.get("Sec-WebSocket-Protocol")
    rules: list[tuple[bool, str, str]] = [
        (
            "websocket" in _tokens(response, "Upgrade"),
            "Upgrade says websocket",
            "RFC 6455 4.1 client check 2",
        ),
        (
            "upgrade" in _tokens(response, "Connection"),
            "Connection lists Upgrade",
            "RFC 6455 4.1 client check 3",
        ),
        (
            bool(accept) and accept == right,
            f"Sec-WebSocket-Accept is {right}, made from the request's key",
            "RFC 6455 4.1 client check 4",
        ),
        (
            chosen <= offered,
            f"no extension that was not offered: {', '.join(sorted(chosen - offered))}",
            "RFC 6455 4.1 client check 5",
        ),
        (
            protocol is None or protocol in protocols,
            f"no subprotocol that was not offered: {protocol}",
            "RFC 6455 4.1 client check 6",
        ),
    ]
    return [(rule, section, 400) for holds, rule, section in rules if not holds]


def extensions(head: HttpMessage) -> list[tuple[str, dict[str, str]]]:
    """The extensions that a handshake lists, with their parameters (RFC 6455 section 9.1)."""
    listed = []
    for item in (head.get("Sec-WebSocket-Extensions") or "").split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            pairs = (parameter.partition("=") for parameter in parameters)
            listed.append((name, {key.strip(): value.strip(' "') for key, _, value in pairs}))
    return listed


@dataclass(frozen=True, slots=True)
class Deflate:
    """permessage-deflate as negotiated (RFC 7692 section 7.1).

    Attributes:
        client_takeover, server_takeover: whether that side keeps its window between messages.
    """

    client_takeover: bool = True
    server_takeover: bool = True


def negotiated_deflate(response: HttpMessage) -> Deflate | None:
    """What the response says about compression, or `None` for none."""
    for name, parameters in extensions(response):
        if name == "permessage-deflate":
            return Deflate(
                client_takeover="client_no_context_takeover" not in parameters,
                server_takeover="server_no_context_takeover" not in parameters,
            )
    return None


def _tokens(head: HttpMessage, name: str, *, fold: bool = True) -> list[str]:
    """A list-valued header's items."""
    items = [item.strip() for item in (head.get(name) or "").split(",")]
    return [item.lower() for item in items] if fold else items


def _octets(key: str) -> int:
    """How many bytes the base64 text decodes to; -1 if it is none."""
    try:
        return len(base64.b64decode(key.strip(), validate=True))
    except (binascii.Error, ValueError):
        return -1
