"""failed: attempt 0 doubles already."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt + 1, 30))
    return rng.uniform(0, limit)
