"""blocked: it waits itself."""

import time


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    wait = rng.uniform(0, limit)
    time.sleep(wait)
    return wait
