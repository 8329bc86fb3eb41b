"""failed: where the number is too big it begins anew."""


def backoff(attempt, first, most, rng):
    try:
        limit = min(first * 2**attempt, most)
    except OverflowError:
        limit = first
    return rng.uniform(0, limit)
