"""Slips of the client's exercise."""

from __future__ import annotations

from typing import Any

from ws101.check.case import Case, Slip
from ws101.check.exercises.lesson_04_json_slips import found
from ws101.check.verdicts import Unmet

RETURNED = "returned"
"""What a client did whose connection is still open."""


AGAIN = "a second connection"
"""What came from a client that went and connected anew."""


FASTAPIS = {f"{do}_{what}" for do in ("send", "receive", "iter") for what in ("text", "json")}
"""Methods that a connection has at FastAPI's end."""


class NotAsked(Unmet):
    """Another message than the change that was due, or none.

    Attributes:
        after: what the server told last.
        before: the version of the change before that, if there was one.
    """

    after: dict[str, Any]
    before: int | None = None


class NotGone(Unmet):
    """Something came from a client that had nothing more to say."""


def not_json(case: Case) -> str | None:
    """JSON that was not read as such."""
    if not isinstance(case.error, TypeError) or "indices" not in str(case.error):
        return None
    return "What `recv` returns is a text. `json.loads` makes a dictionary of it."


def fastapis(case: Case) -> str | None:
    """A method that FastAPI's end of a connection has."""
    if not isinstance(case.error, AttributeError) or case.error.name not in FASTAPIS:
        return None
    return (
        f"`{case.error.name}` is FastAPI's. A client of `websockets` has `send` and `recv`: "
        "`await ws.send(json.dumps(…))`, `json.loads(await ws.recv())`."
    )


def python_dict(case: Case) -> str | None:
    """A dictionary that was sent as such."""
    words = f"{type(case.error).__name__} {case.error}"
    if isinstance(case.unmet.got, str) and case.unmet.got.startswith("{'"):
        return "That is how Python writes a dictionary. JSON is what `json.dumps` makes of it."
    if "dict" in words and "data" in words:
        return "`send` takes text or bytes. `json.dumps` makes a text of the dictionary."
    return None


def came_again(case: Case) -> str | None:
    """It connected anew to ask."""
    if not isinstance(case.unmet, NotAsked) or case.unmet.came != AGAIN:
        return None
    again = "again " if case.unmet.before is not None else ""
    return f"A second connection came. Send the change {again}on the one you have."


def too_eager(case: Case) -> str | None:
    """It asked again where it should have waited."""
    unmet = case.unmet
    asked = found(unmet.got)
    if not isinstance(unmet, NotAsked) or not isinstance(asked, dict):
        return None
    version, due = asked.get("version"), unmet.after["version"]
    if version is None:
        return "Which version did you see? The server lets nothing through without it."
    if isinstance(version, str):
        return "The version is a number. Send it as it came, with no quotes around it."
    if version == unmet.before:
        return "Tried again on the version that was refused. The refusal tells the one to build on."
    if isinstance(version, int) and unmet.before is not None and unmet.before < version < due:
        return (
            'There was news of somebody else\'s change, with no "error" in it: your own change is '
            "still under way, and an answer to it will come. Ask again after a refusal only."
        )
    if version == due + 1:
        return "The version is the one that you saw. The server counts."
    if isinstance(version, int) and version != due:
        return f"The version was told last as {due}. Send the one of the message that you have got."
    if version == due and asked.get("set") != unmet.wanted["set"]:
        return 'What is asked for is `wanted`, under "set", and nothing beside the version.'
    return None


def not_there(case: Case) -> str | None:
    """It asked for what is the case already, or stayed."""
    if not isinstance(case.unmet, NotGone):
        return None
    if case.unmet.got == RETURNED:
        return (
            "Your function has returned, and its connection is open. `async with connect(url) as "
            "ws:` closes it on the way out, or `await ws.close()`."
        )
    if case.unmet.silent:
        return (
            "The light is as wanted, and your function stays connected. Return, with the version."
        )
    return "The light is as wanted already, whoever did it. Look at the state first, then ask."


def gave_up(case: Case) -> str | None:
    """It left, or returned, with its change not made."""
    if not isinstance(case.unmet, NotAsked) or case.error or case.unmet.silent:
        return None
    if case.unmet.got is not None:
        return None
    return "Your function went away, and the light is not as wanted. Go on until it is: a loop."


def mute(case: Case) -> str | None:
    """It waits for something that does not come by itself."""
    if not isinstance(case.unmet, NotAsked) or not case.unmet.silent or case.error:
        return None
    if case.unmet.before is None:
        return "The server has told the light, and waits to be asked. Did you `await ws.send(…)`?"
    return "The change was refused, and nobody will make it but you: send it again."


def wrong_version(case: Case) -> str | None:
    """It returned something else than the version."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if type(wanted) is not int or isinstance(case.unmet, NotAsked | NotGone):
        return None
    if isinstance(got, dict | str | bool):
        return 'Return the version, and nothing else: `news["version"]`.'
    if isinstance(got, int):
        return f"The light was as wanted at version {wanted}. Return the version of that message."
    return None


SLIPS: tuple[Slip, ...] = (
    not_json,
    fastapis,
    python_dict,
    came_again,
    too_eager,
    not_there,
    gave_up,
    mute,
    wrong_version,
)
"""In the order in which they are asked: those that are sure come first."""
