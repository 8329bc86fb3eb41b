"""Likely mistakes, recognised from what happened.

Each takes a `Case` and returns a sentence, or `None` if this is not it. They are asked in order,
so those that are sure come first, and those that read the learner's source come last.
"""

from __future__ import annotations

import json

from ws101.check.case import Case, Slip
from ws101.check.goodbyes import dead_kept, goodbye_behind_it, goodbye_unheard


def plain_def(case: Case) -> str | None:
    """A handler that is no coroutine function."""
    if case.visits and case.error is not None and case.source.is_plain_def():
        return "The handler is a `def`. It must be `async def`, as the framework awaits it."
    return None


def no_accept(case: Case) -> str | None:
    """Something else than `accept` came first."""
    visit = case.visit
    if visit is None or visit.accepted or visit.close is not None:
        return None
    if case.unmet.wanted != 101 and "accept" not in str(case.error):
        return None
    if case.error is not None and "accept" not in str(case.error):
        return None
    return (
        "The handshake was never answered. Did you forget `await websocket.accept()`? It comes "
        "before anything is received or sent."
    )


def text_of_bytes(case: Case) -> str | None:
    """`receive_text` on a binary message, or `receive_bytes` on a text."""
    if not isinstance(case.error, KeyError) or case.error.args[:1] not in (("text",), ("bytes",)):
        return None
    asked = case.error.args[0]
    came = "binary" if asked == "text" else "text"
    return (
        f"A {came} message came, and `receive_{asked}()` knows only the other kind. "
        "`await websocket.receive()` gives whichever comes."
    )


def not_awaited(case: Case) -> str | None:
    """A coroutine that was made and never awaited."""
    calls = case.source.not_awaited()
    if not calls:
        return None
    return f"`await` is missing in {calls[0]}. Without it the call does nothing."


def only_one_message(case: Case) -> str | None:
    """A handler that returns after its first message."""
    visit = case.visit
    if visit is None or not visit.ended or visit.error or visit.close or not visit.received:
        return None
    if visit.left or len(visit.received) > 1 or case.unmet.got is not None:
        return None
    return (
        "Your handler returned after one message, and that ends the connection. Put the receiving "
        "and the answering in a `while True:` loop."
    )


def nothing_received(case: Case) -> str | None:
    """A handler that returns before it has received anything."""
    visit = case.visit
    if visit is None or not visit.ended or visit.error or visit.close or visit.received:
        return None
    if visit.left or not visit.accepted or case.unmet.got is not None:
        return None
    return (
        "Your handler returned without receiving anything, and that ends the connection. Receive "
        "and answer in a `while True:` loop."
    )


def no_return(case: Case) -> str | None:
    """A function that returns `None`."""
    if case.unmet.came != "None" or case.visits:
        return None
    return "The function returned nothing. Did you forget a `return` statement?"


def closed_early(case: Case) -> str | None:
    """A handler that closes where its client expects an answer."""
    visit = case.visit
    if visit is None or not visit.accepted or visit.close is None or case.unmet.got is not None:
        return None
    return "Your handler closes the connection, and the client had more to say."


def not_json(case: Case) -> str | None:
    """A text that is taken for JSON."""
    if type(case.error).__name__ != "JSONDecodeError":
        return None
    return "What came is no JSON. `receive_text` and `iter_text` take a text as it is."


def sender_only(case: Case) -> str | None:
    """A message that should go to all, and went to its sender."""
    wanted = case.unmet.wanted
    senders = [v for v in case.visits if v.received]
    if case.visit is None or case.visit in senders or len(case.visits) < 2 or not senders:
        return None
    if any(d.payload == wanted for d in case.visit.sent):
        return None
    if not any(d.payload == wanted for v in senders for d in v.sent):
        return None
    return "The message went back to its sender only. Send it to every connection on your list."


def all_but_sender(case: Case) -> str | None:
    """A message that should go to all, the sender included."""
    wanted = case.unmet.wanted
    if case.visit is None or not case.visit.received or len(case.visits) < 2:
        return None
    others = [v for v in case.visits if v is not case.visit]
    got = [any(d.payload == wanted for d in v.sent) for v in others]
    if not all(got) or any(d.payload == wanted for d in case.visit.sent):
        return None
    return "Everyone got the message but its sender, who is to have it too."


def json_in_json(case: Case) -> str | None:
    """JSON that was made once too often."""
    got, wanted = case.unmet.got, case.unmet.wanted
    try:
        once = json.loads(got) if isinstance(got, str) else None
        twice = json.loads(once) if isinstance(once, str) and once != wanted else None
    except ValueError:
        return None
    if isinstance(once, str) and once == wanted:
        return "What came is JSON, with quotes around the text. `send_text` sends it as it is."
    if twice is None or twice != wanted:
        return None
    return (
        "What came is JSON of a string that holds JSON. `send_json` makes the JSON itself: give it "
        "the object, without `json.dumps`."
    )


def wrong_close_code(case: Case) -> str | None:
    """The connection was closed, with another code."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if not isinstance(wanted, int) or not isinstance(got, int) or wanted < 1000 or got == wanted:
        return None
    if got == 1006:
        return (
            "The handler ended without closing, so no close frame was sent. "
            f"`await websocket.close(code={wanted})`"
        )
    return f"The close code is {got}. Give it by name: `await websocket.close(code={wanted})`"


def held_by_reader(case: Case) -> str | None:
    """A send that waits for somebody who reads nothing."""
    if not any(v.pending for v in case.visits) or not case.unmet.silent:
        return None
    return (
        "One client reads nothing, so the send to it does not end, and whoever comes behind it in "
        "the same loop waits too. Give each client a queue and a task of its own, or each send a "
        "deadline."
    )


def wrong_kind(case: Case) -> str | None:
    """The right content in the wrong kind of message."""
    got, wanted = case.unmet.got, case.unmet.wanted
    if isinstance(got, bytes) and isinstance(wanted, str) and got == wanted.encode():
        return "The content is right, the kind is not: `send_text` sends text, `send_bytes` bytes."
    if isinstance(got, str) and isinstance(wanted, bytes) and got.encode() == wanted:
        return "The content is right, the kind is not: `send_bytes` sends bytes, `send_text` text."
    return None


def own_state(case: Case) -> str | None:
    """State that each connection has for itself where all should share it."""
    made = case.source.state_of_its_own()
    if len(case.visits) < 2 or not made:
        return None
    return (
        f"Each connection runs the handler anew and gets its own of what is made in {made[0]}. "
        "What all are to share is made outside of the handler."
    )


def held_up(case: Case) -> str | None:
    """A loop that was held for long enough to be late."""
    if case.hold is None or case.hold.seconds < 0.15 or not case.hold.lines:
        return None
    return (
        f"For {case.hold.seconds:.1f} s nobody else could be served: {case.hold.lines[-1]} held "
        "the event loop."
    )


ALL: tuple[Slip, ...] = (
    plain_def, not_awaited, no_accept, goodbye_unheard, dead_kept, text_of_bytes, not_json,
    json_in_json, wrong_close_code, wrong_kind, nothing_received, only_one_message, closed_early,
    held_by_reader, sender_only, all_but_sender, held_up, own_state,
    no_return, goodbye_behind_it,
)  # fmt: skip
"""Those that any exercise may meet, in the order in which they are asked."""
