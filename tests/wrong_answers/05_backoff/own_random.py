"""failed: a generator of its own for each call, always with the same seed."""

import random


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return random.Random(attempt).uniform(0, limit)
