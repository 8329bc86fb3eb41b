"""failed: it doubles for ever."""


def backoff(attempt, first, most, rng):
    return rng.uniform(0, first * 2 ** min(attempt, 30))
