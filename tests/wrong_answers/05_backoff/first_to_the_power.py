"""failed: it takes the power of `first`."""


def backoff(attempt, first, most, rng):
    limit = min(most, first ** min(attempt + 1, 30))
    return rng.uniform(0, limit)
