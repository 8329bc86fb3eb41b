"""raised: the power is too big for a float."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2**attempt)
    return rng.uniform(0, limit)
