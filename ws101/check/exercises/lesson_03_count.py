"""`GET /count`, by which the exercises of lesson 03 say how many they keep."""

from __future__ import annotations

import asyncio
import contextlib

import httpx

from ws101.check.apps import AppRoom
from ws101.check.verdicts import Unmet
from ws101.check.watch import Patience


async def counts(room: AppRoom, wanted: int, left: int = 0, within: float = 0.5) -> None:
    """`GET /count` comes to say so many.

    Args:
        left: how many it counted when this behaviour began, for the report.
    """
    expected = f"GET /count to answer {wanted}, within {within:g} s"
    got = "nothing"
    room.said.append(("somebody", "asked GET /count"))
    async with _http() as http:
        waited = Patience()
        while waited.turn() < within:
            try:
                got = await _counted(room, http)
            except httpx.HTTPError as error:
                raise Unmet(expected, f"no answer: {type(error).__name__}", silent=True) from None
            if got == str(wanted):
                return
            await asyncio.sleep(0.02)
    came = f"{got} ({left} of them left from what was tried before)" if left else got
    raise Unmet(expected, came, wanted=wanted, got=int(got) if got.isdecimal() else got)


async def left_before(room: AppRoom) -> int:
    """How many `/count` still counts, as a behaviour begins. Nobody should be there."""
    with contextlib.suppress(httpx.HTTPError, ValueError):  # `counts` is going to tell
        async with _http() as http:
            return int(await _counted(room, http))
    return 0


def _http() -> httpx.AsyncClient:
    # No proxy to this machine, and no certificates to load for plain HTTP.
    return httpx.AsyncClient(trust_env=False, verify=False, timeout=1.0)


async def _counted(room: AppRoom, http: httpx.AsyncClient) -> str:
    answer = await http.get(f"{room.host.url}/count")
    return answer.text if answer.is_success else f"HTTP {answer.status_code}"
