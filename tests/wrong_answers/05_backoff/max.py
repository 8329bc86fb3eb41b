"""failed: max in place of min."""


def backoff(attempt, first, most, rng):
    limit = max(most, first * 2 ** min(attempt, 30))
    return rng.uniform(0, limit)
