"""Likely mistakes around the end of a connection: unheard, ignored, or somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import walk_tb

from ws101.check import places
from ws101.check.case import Case
from ws101.check.probe import Deed
from ws101.check.syntax import loop_around

_UNFIT = ("AttributeError", "JSONDecodeError", "TypeError", "ValidationError")
_SENDS = {"send", "send_text", "send_bytes", "send_json"}


def goodbye_unheard(case: Case) -> str | None:
    """The handler was told that its client has left, and went on or fell over that."""
    told = [v.goodbye for v in case.visits if v.goodbye is not None and v.error is case.error]
    if case.error is None or not told:
        return None
    sentences = (_unheard(told[0], error) for error in _leaves(case.error))
    return next((sentence for sentence in sentences if sentence), None)


def _unheard(goodbye: Deed, error: BaseException) -> str | None:
    call, again = goodbye.call, "once a disconnect message" in str(error)
    if call == "receive":
        if not (again or _took_it_for_a_message(error) or _sent_in_its_loop(error, goodbye)):
            return None
        return (
            "`receive()` does not raise when the client leaves: it gives an event of type "
            "`websocket.disconnect`, once. Look at the type first, and leave the loop then."
        )
    if again:
        return f"`{call}()` has told that the client left: leave the loop then. Nothing follows."
    if not _is_disconnect(error) or _calls(error) & _SENDS:
        return None
    return (
        f"The client left, and `{call}()` raises `WebSocketDisconnect` then. Catch it around the "
        "receiving, whatever its code."
    )


def goodbye_behind_it(case: Case) -> str | None:
    """A handler that a disconnect tore through, where others expected to hear of it."""
    torn = [v for v in case.visits if v.goodbye is not None and _is_disconnect(v.error)]
    if not torn or torn[0].goodbye is None:
        return None
    if torn[0].goodbye.call == "receive":
        return (
            "A client left, and its handler did not look for that: `receive()` gives an event of "
            "type `websocket.disconnect`. What was to be done then belongs behind that, or into a "
            "`finally:`."
        )
    return (
        "A client left, and nothing caught the `WebSocketDisconnect` that told its handler. What "
        "was to be done then belongs behind an `except WebSocketDisconnect:` or into a `finally:`."
    )


def dead_kept(case: Case) -> str | None:
    """Sending to a connection that has gone."""
    if not _is_disconnect(case.error) and "close message has been sent" not in str(case.error):
        return None
    raiser = next((v for v in case.visits if v.error is case.error), None)
    if raiser is None:
        return None
    if raiser.close is not None:
        return "You sent over a connection that you had closed. Leave the handler after `close`."
    if raiser.left:
        return (
            "When its client had left, the handler sent to a connection that has gone: its own, or "
            "one that is still on your list. Take it off first, and expect that a send can fail."
        )
    whose = "" if any(v.left for v in case.visits) else ", of a client of an earlier behaviour"
    return (
        f"You sent to a connection that has gone{whose}, and it was the sender's handler that "
        "failed. Take a connection off your list when it ends, and expect that a send can fail."
    )


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exception itself, or those in a group."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _is_disconnect(error: BaseException | None) -> bool:
    return type(error).__name__ == "WebSocketDisconnect"


def _took_it_for_a_message(error: BaseException | None) -> bool:
    """Whether it looks like the event of a goodbye, asked for a text that it does not have."""
    if isinstance(error, KeyError):
        return error.args[:1] in (("text",), ("bytes",))
    return type(error).__name__ in _UNFIT


def _sent_in_its_loop(error: BaseException, goodbye: Deed) -> bool:
    """Whether a send failed in the loop that had received the goodbye."""
    received = goodbye.place
    if received is None or not _calls(error) & _SENDS:
        return False
    lines = (p.line for p in places.of_error(error) if p.file == received.file)
    return any(loop_around(received.file, (received.line, line)) for line in lines)


def _calls(error: BaseException) -> set[str]:
    """The names of the functions that an exception came through."""
    return {frame.f_code.co_name for frame, _ in walk_tb(error.__traceback__)}
