"""The vectors of RFC 6455 and RFC 7692, as tests/data has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "rfc_vectors.json").read_text("utf-8")
)
KEY = bytes.fromhex("37fa213d")  # the masking key of every masked vector


def by_id(group: str) -> list[Any]:
    """Parameters for a test, one a vector, under the vectors' own names."""
    import pytest

    vectors = VECTORS[group]
    return [pytest.param(v, id=v.get("id") or str(v.get("code"))) for v in vectors]


def masked(payload: bytes) -> bytes:
    """XOR with `KEY`, byte by byte, as RFC 6455 section 5.3 writes it down."""
    return bytes(byte ^ KEY[i % 4] for i, byte in enumerate(payload))


def frame(opcode: int, payload: bytes = b"", *, mask: bool = False, first: int = 0x80) -> bytes:
    """A frame built by hand; `first` holds the first byte's four flags."""
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    if not mask:
        return bytes([first | opcode]) + length + payload
    length = bytes([length[0] | 0x80]) + length[1:]
    return bytes([first | opcode]) + length + KEY + masked(payload)
