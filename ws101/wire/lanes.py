"""What to call the client of each connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ws101.wire.recording import Recording

# A browser names its ancestors too, so the first of these that fits is it.
_AGENTS = (
    ("Edge", r"Edg/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chromium", r"Chrom(?:e|ium)/(\d+)"),
    ("Safari", r"Version/(\d+).* Safari/"),
    ("websockets", r"websockets/([\d.]+)"),
    ("httpx", r"python-httpx/([\d.]+)"),
    ("urllib", r"Python-urllib/([\d.]+)"),
)


def agent(user_agent: str) -> str:
    """The program that a `User-Agent` header names, and its version: "Chromium 156".

    Chrome, Chromium and what else is built on it say the same in this header.
    """
    for name, pattern in _AGENTS:
        if found := re.search(pattern, user_agent):
            return f"{name} {found[1]}"
    product = re.match(r"[\w.-]{1,24}(?:/[\w.-]{1,12})?", user_agent)
    return product[0].replace("/", " ") if product else ""


def name_lanes(
    recordings: Iterable[tuple[Recording, str | None]], given: Mapping[int, str]
) -> dict[int, str]:
    """A name for each connection's lane.

    Connections that asked for WebSocket are "client 1 (Chromium 156)", numbered in the order in
    which they did. Those that did not share a lane for each program: "HTTP (Chromium 156)".

    Args:
        recordings: each with the program that its first request names; "" if it names none, and
            `None` if there was no request.
        given: names by connection number, which go before.
    """
    names = {}
    for recording, program in recordings:
        kind = f"client {recording.ordinal}" if recording.ordinal else "HTTP"
        if program is None:
            kind = "TCP"
        generic = f"{kind} ({program})" if program else kind
        names[recording.number] = given.get(recording.number, generic)
    return names
