"""What becomes of a message for a client whose backlog is full. A hub is given one of these.

Each takes the backlog, which is full, and the new event; it leaves the backlog as it shall be.
"""

from collections import deque
from collections.abc import Callable

Policy = Callable[[deque[dict], dict], None]
TOO_SLOW = {"type": "websocket.close", "code": 1013, "reason": "too slow"}  # 1013: try again later


def drop_newest(backlog: deque[dict], event: dict) -> None:
    """This client never gets the new message."""


def drop_oldest(backlog: deque[dict], event: dict) -> None:
    """What has waited longest makes room."""
    backlog.append(event)
    backlog.popleft()


def keep_latest(backlog: deque[dict], event: dict) -> None:
    """Each message is the whole state, so the earlier are worth nothing. Best with `bound=1`."""
    backlog.clear()
    backlog.append(event)


def disconnect(backlog: deque[dict], event: dict) -> None:
    """Rather the end than a gap: the client is told why, and may come again."""
    backlog.clear()
    backlog.append(TOO_SLOW)
