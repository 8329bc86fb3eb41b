"""failed: a tenth more or less."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return limit * rng.uniform(0.9, 1.1)
