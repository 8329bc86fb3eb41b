"""raised: a float to the power of thousands."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2.0**attempt)
    return rng.uniform(0, limit)
