"""failed: whole seconds only."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return rng.randint(0, int(limit))
