"""failed: the bound of the exponent is too small."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 10))
    return rng.uniform(0, limit)
