"""failed: it counts its calls, whatever the attempt is."""

tries = 0


def backoff(attempt, first, most, rng):
    global tries
    limit = min(most, first * 2 ** min(tries, 30))
    tries += 1
    return rng.uniform(0, limit)
