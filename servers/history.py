"""What was said, numbered, so that whoever was away can be told what it missed."""

import secrets
from collections import deque
from typing import Any


class History:
    """The messages of one run of a server, numbered from 1. The newest `bound` of them are kept.

    Numbers begin anew when the server does, so a number alone says nothing: `run` is the name of
    the run that it belongs to.
    """

    def __init__(self, bound: int = 100) -> None:
        self.run = secrets.token_hex(4)
        self.last = 0
        self._kept: deque[dict[str, Any]] = deque(maxlen=bound)

    def add(self, message: dict[str, Any]) -> dict[str, Any]:
        """Keep the message and return it, with its number as `n`."""
        self.last += 1
        self._kept.append({"n": self.last} | message)
        return self._kept[-1]

    def since(self, after: int | None, run: str = "") -> dict[str, Any]:
        """What somebody must be told who has seen all up to number `after` of that run.

        Args:
            after: `None` for somebody new, who has missed nothing.
            run: the run of that number; if it is not given, this one.

        Returns:
            `run` and `last`, the newest number, to come back with. `missed`: the messages in order,
            as far as they are kept. `lost`: how many are not kept; `None` if nobody can tell,
            because the number is of another run.
        """
        lost: int | None = 0
        if after is None:
            after = self.last
        elif run not in ("", self.run) or not 0 <= after <= self.last:
            after, lost = 0, None
        missed = [message for message in self._kept if message["n"] > after]
        if lost is not None:
            lost = self.last - after - len(missed)
        return {"run": self.run, "last": self.last, "missed": missed, "lost": lost}
