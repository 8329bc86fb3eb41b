"""failed: no chance in it."""


def backoff(attempt, first, most, rng):
    return min(most, first * 2 ** min(attempt, 30))
