"""failed: never less than `first`."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return rng.uniform(first, limit)
