"""not gradable: the wait, not the function."""

import random


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return rng.uniform(0, limit)


backoff = backoff(0, 0.5, 10, random.Random(1))
