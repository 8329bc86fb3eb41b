"""Bytes and text, as HTML to be read."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ws101.wire.labels import size

SHOWN = 256  # bytes
TEXT_SHOWN = 2000  # characters


def text(title: str, text: str) -> str:
    """A text under a title, its beginning if it is long."""
    more = f"\n… {len(text) - TEXT_SHOWN:,} more characters" if len(text) > TEXT_SHOWN else ""
    return f"<p>{escape(title)}</p><pre>{escape(text[:TEXT_SHOWN])}{more}</pre>"


def dump(title: str, data: bytes) -> str:
    """Bytes as lines of 16, in hex and ASCII."""
    if not data:
        return f"<p>{escape(title)}: none</p>"
    lines = list(_lines(data[:SHOWN]))
    if len(data) > SHOWN:
        lines.append(f"… {size(len(data) - SHOWN)} more")
    return f"<p>{escape(title)}</p><pre>{escape(chr(10).join(lines))}</pre>"


def _lines(data: bytes) -> Iterable[str]:
    width = 3 * min(16, len(data)) - 1
    for start in range(0, len(data), 16):
        piece = data[start : start + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
        yield f"{start:04x}  {piece.hex(' '):{width}}  {shown}"
