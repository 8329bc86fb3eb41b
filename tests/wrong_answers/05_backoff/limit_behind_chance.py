"""failed: the limit comes after the chance."""


def backoff(attempt, first, most, rng):
    return min(most, rng.uniform(0, first * 2 ** min(attempt, 30)))
