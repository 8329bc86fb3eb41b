"""raised: ^ is no power."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 1.0 * 2 ^ attempt)
    return rng.uniform(0, limit)
