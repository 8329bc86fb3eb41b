"""failed: half of it is fixed."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return limit / 2 + rng.uniform(0, limit / 2)
