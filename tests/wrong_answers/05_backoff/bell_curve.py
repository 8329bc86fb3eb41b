"""failed: short waits come more often than long ones."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return min(limit, abs(rng.gauss(0, limit / 2)))
