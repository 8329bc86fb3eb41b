"""failed: chance on top of the limit."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return limit + rng.uniform(0, first)
