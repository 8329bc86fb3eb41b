"""failed: chance from the module."""

import random


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    return random.uniform(0, limit)
