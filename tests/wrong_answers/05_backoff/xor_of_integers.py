"""failed: ^ is no power, and here it goes unnoticed."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * (2 ^ attempt))
    return rng.uniform(0, limit)
