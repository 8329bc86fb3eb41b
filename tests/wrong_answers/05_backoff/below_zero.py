"""failed: it goes as far below 0 as above."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return rng.uniform(-limit, limit)
