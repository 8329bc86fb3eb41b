"""failed: it yields."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    yield rng.uniform(0, limit)
