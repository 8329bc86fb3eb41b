"""failed: attempt 0 has half the limit."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** (min(attempt, 30) - 1))
    return rng.uniform(0, limit)
