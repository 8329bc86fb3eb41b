"""failed: the limit grows by `first` each time."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * (attempt + 1))
    return rng.uniform(0, limit)
