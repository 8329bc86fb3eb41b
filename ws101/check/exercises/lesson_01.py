"""Exercise of lesson 01 on the accept key: what a server makes of the client's key."""

from __future__ import annotations

import base64
import hashlib

from ws101.check.calls import FunctionRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import Function
from ws101.wire.handshake import GUID

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ANSWERS = {
    KEY: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",  # RFC 6455 section 1.3
    "x3JJHMbDL1EzLkh9GBhXDw==": "HSmrc0sMlYUkAGmm5OPpG2HaGWk=",  # Wikipedia, "WebSocket"
    # RFC 6455 section 4.1 prints this key, which an encoder of today ends with "EA==".
    "AQIDBAUGBwgJCgsMDQ4PEC==": "OfS0wDaT5NoxF2gqm7Zj2YtetzM=",
}


def accept_slip(case: Case) -> str | None:
    """What else can be made of a key, and was."""
    got = case.unmet.got
    if isinstance(case.error, TypeError):
        return (
            "The key and the fixed text are text, SHA-1 and base64 take bytes, and the two do not "
            "mix. Join text with text, and put `.encode()` behind."
        )
    keys = {accept: key for key, accept in ANSWERS.items()}
    if not isinstance(got, str | bytes) or case.unmet.wanted not in keys:
        return None
    if got == ANSWERS[KEY]:
        return "This is the answer to the RFC's key, whichever key is asked for."
    key = keys[case.unmet.wanted]
    form = len(got) == len(case.unmet.wanted) and (
        "The form is right: 20 bytes in base64. So something else went into the SHA-1. Is it the "
        "key, and then the fixed text, character for character?"
    )
    return next((slip for value, slip in _mistaken(key) if value == got), form or None)


def _mistaken(key: str) -> list[tuple[str | bytes, str]]:
    text, octets = (key + GUID).encode(), base64.b64decode(key)
    digest = hashlib.sha1(text).digest()
    right = base64.b64encode(digest)
    in_hex = "base64 is to be made of the 20 bytes of the digest: `digest()`, not `hexdigest()`."
    return [
        (right, "These are bytes, and a header's value is text: put `.decode()` behind."),
        (str(right), "`str()` of bytes shows them with b and quotes. `.decode()` makes text."),
        (digest, "This is the digest itself. It still has to be written in base64."),
        (digest.hex(), in_hex),
        (_base64(digest.hex().encode()), in_hex),
        (
            right.decode() + "\n",
            "A line end came along: `b64encode` adds none, `encodebytes` does.",
        ),
        (_sum(key), "The fixed text behind the key is missing."),
        (_sum(GUID + key), "The fixed text comes behind the key."),
        (_sum(key + GUID.lower()), "The fixed text is in capitals, and SHA-1 minds."),
        (_sum(octets + GUID.encode()), "The key was decoded. It goes in as text, with its `=`."),
        (
            _sum(_base64(octets) + GUID),
            "The key was decoded and encoded again. It goes in just as it came.",
        ),
        (
            _sum(f" {key} {GUID}"),
            "The blanks around the key went into the sum. Take them off first: `key.strip()`.",
        ),
        (_base64(hashlib.sha256(text).digest()), "This is SHA-256. The RFC says SHA-1."),
        (_base64(hashlib.md5(text).digest()), "This is MD5. The RFC says SHA-1."),
    ]


def _sum(data: str | bytes) -> str:
    return _base64(hashlib.sha1(data.encode() if isinstance(data, str) else data).digest())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


accept_key = Exercise(
    "accept_key",
    Function("key"),
    hints=(
        "Three steps: join the key and the fixed text, take the SHA-1 of that, write it in base64.",
        "`hashlib.sha1(…)` and `base64.b64encode(…)` take bytes: `.encode()` makes bytes of text, "
        "and `.decode()` makes text of bytes again.",
        "`digest = hashlib.sha1((key.strip() + GUID).encode()).digest()` has 20 bytes. What is "
        "left is `base64.b64encode(digest)`, as text.",
    ),
    slips=(accept_slip,),
)


@accept_key.behaviour("The key of the RFC's example gets the answer that the RFC prints")
async def of_the_rfc(room: FunctionRoom) -> None:
    await room.returns(ANSWERS[KEY], KEY)


@accept_key.behaviour("Another key gets another answer")
async def of_another(room: FunctionRoom) -> None:
    await room.returns("HSmrc0sMlYUkAGmm5OPpG2HaGWk=", "x3JJHMbDL1EzLkh9GBhXDw==")


@accept_key.behaviour("A key counts as the text that it is, and is not decoded")
async def as_text(room: FunctionRoom) -> None:
    await room.returns("OfS0wDaT5NoxF2gqm7Zj2YtetzM=", "AQIDBAUGBwgJCgsMDQ4PEC==")


@accept_key.behaviour("Blanks around the key are HTTP's, and do not count")
async def without_blanks(room: FunctionRoom) -> None:
    await room.returns(ANSWERS[KEY], f" {KEY} ")
