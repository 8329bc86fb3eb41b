"""timed out: it waits itself."""

import asyncio


async def backoff(attempt, first, most, rng):
    wait = rng.uniform(0, min(most, first * 2 ** min(attempt, 30)))
    await asyncio.sleep(wait)
    return wait
