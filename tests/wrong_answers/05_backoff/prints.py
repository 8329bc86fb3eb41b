"""failed: it prints the wait."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))
    print(f"{rng.uniform(0, limit):.1f} s")
