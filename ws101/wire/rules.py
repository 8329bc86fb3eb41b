"""The rules of frames that one can see broken, each with its section and a fitting close code."""

from __future__ import annotations

from typing import NamedTuple

from ws101.wire.events import CLOSE, CONTINUATION, OPCODES, Header, Sender

CLOSE_CODES = {
    1000: "normal closure",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1004: "reserved",
    1005: "no status code present",
    1006: "abnormal closure",
    1007: "invalid data",
    1008: "policy violation",
    1009: "message too big",
    1010: "extension expected",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failed",
}
"""Close codes of RFC 6455 section 7.4.1 and, from 1012 to 1014, of the IANA registry."""

_NOT_IN_FRAMES = {1004, 1005, 1006, 1015}


class Broken(NamedTuple):
    """A rule that was broken: what it asks, where it stands, and the code to close with."""

    rule: str
    section: str
    close_code: int = 1002


def close_meaning(code: int) -> str:
    """What a close code means, in two or three words."""
    if code in CLOSE_CODES:
        return CLOSE_CODES[code]
    own = "a library's own" if code < 4000 else "the application's own"
    return own if 3000 <= code < 5000 else ""


def header_problems(
    header: Header, sender: Sender, *, deflate: bool, continues: bool, closed: bool
) -> list[Broken]:
    """The rules that a frame's header breaks.

    Args:
        header: what was parsed.
        sender: who sent it.
        deflate: whether permessage-deflate was negotiated.
        continues: whether a message of this sender has begun and not ended.
        closed: whether this sender has sent a close frame.
    """
    opcode = header.opcode
    control = opcode >= CLOSE
    found = []
    if header.masked != (sender == "client"):
        rule = "a client masks every frame" if sender == "client" else "a server masks no frame"
        found.append(Broken(rule, "RFC 6455 5.1"))
    if header.rsv1 and not deflate:
        found.append(Broken("RSV1 is 0, as no extension was negotiated", "RFC 6455 5.2"))
    elif header.rsv1 and (control or opcode == CONTINUATION):
        rule = "RSV1 is set on the first frame of a message only"
        found.append(Broken(rule, "RFC 7692 6"))
    if header.rsv2 or header.rsv3:
        found.append(Broken("RSV2 and RSV3 are 0, as no extension uses them", "RFC 6455 5.2"))
    if opcode not in OPCODES:
        found.append(Broken(f"opcode {opcode:#x} is reserved", "RFC 6455 5.2"))
    if header.length >> 63:
        found.append(Broken("the first bit of a 64-bit length is 0", "RFC 6455 5.2"))
    if not header.minimal:
        rule = f"{header.length} is written in the shortest form, not in {header.length_bits} bits"
        found.append(Broken(rule, "RFC 6455 5.2"))
    if control and not header.fin:
        found.append(Broken("a control frame is never fragmented", "RFC 6455 5.5"))
    if control and header.length > 125:
        found.append(Broken("a control frame carries at most 125 bytes", "RFC 6455 5.5"))
    if opcode == CONTINUATION and not continues:
        found.append(Broken("a continuation frame continues a message", "RFC 6455 5.4"))
    if 0 < opcode < CLOSE and continues:
        found.append(Broken("a message ends before the next begins", "RFC 6455 5.4"))
    if closed and not control:
        found.append(Broken("no data frame follows a close frame", "RFC 6455 5.5.1"))
    return found


def close_problems(payload: bytes) -> list[Broken]:
    """The rules that a close frame's payload breaks."""
    if not payload:
        return []
    if len(payload) == 1:
        return [Broken("a close frame's payload begins with a 2-byte code", "RFC 6455 5.5.1")]
    found = []
    code = int.from_bytes(payload[:2], "big")
    if not may_be_sent(code):
        meaning = CLOSE_CODES.get(code, "not assigned")
        found.append(Broken(f"{code} ({meaning}) never stands in a close frame", "RFC 6455 7.4"))
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        found.append(Broken("a close reason is UTF-8", "RFC 6455 5.5.1", 1007))
    return found


def may_be_sent(code: int) -> bool:
    """Whether an endpoint may put this code into a close frame (RFC 6455 section 7.4)."""
    return 3000 <= code < 5000 or (code in CLOSE_CODES and code not in _NOT_IN_FRAMES)
