"""not attempted: the line that holds the place is still there."""


def backoff(attempt, first, most, rng):
    limit = min(most, first * 2 ** min(attempt, 30))  # noqa: F841
    raise NotImplementedError("Put your code here, in place of this line.")
