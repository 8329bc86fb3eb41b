"""Two texts on their way when somebody leaves: the second send to it raises another error."""

from __future__ import annotations

from ws101.check.apps import AppRoom
from ws101.check.case import Case
from ws101.check.exercises.faults import BIG, clog, held_at
from ws101.check.players import Player, say
from ws101.check.verdicts import Unmet

TITLE = "Two texts are under way when somebody leaves: both senders stay"
MIDWAY = "midway"
AFTER = "after that"


async def both_stay(room: AppRoom) -> None:
    """Texts of two senders wait at one who reads nothing, and who stands behind it leaves."""
    # Three leave: where the answer keeps a set, any of them may stand before the one that stalls.
    bo, cy, ed, fay, ana, di = await room.join("bo", "cy", "ed", "fay", "ana", "di")
    await clog(bo, ana, cy, ed, fay, di)
    for sender, text in ((ana, MIDWAY), (di, AFTER)):
        await sender.send(text)
        await held_at(room, bo, text)
    for player in (cy, ed, fay):
        await room.leaves_quietly(player)
    await read_again(bo)
    await hear_both(ana, di, bo)
    for sender, text in ((ana, "I am here"), (di, "me too")):
        await sender.send(text)
        for player in (ana, di, bo):
            await player.expects(text)


async def read_again(bo: Player) -> None:
    """Bo reads, first what was in the buffers."""
    bo.resume()
    await bo.expects(BIG)


async def hear_both(*players: Player) -> None:
    """They get what two have said at the same time. Which comes first is chance."""
    for player in players:
        missing = [MIDWAY, AFTER]
        while missing:
            words = " and ".join(map(repr, missing))
            expected = f"{words}, to {player.name}, within 1 s"
            got = await player.hears(expected, wanted=missing[0])
            if got not in missing:
                raise Unmet(expected, say(got), client=player.name, wanted=missing[0], got=got)
            missing.remove(got)


def second_error(case: Case) -> str | None:
    """A send to a connection of which an earlier send has found that it is gone."""
    if not isinstance(case.error, RuntimeError) or not any(v.left for v in case.visits):
        return None
    if "once a close message has been sent" not in str(case.error):
        return None
    return (
        "Two texts were under way when somebody left. The first send to it raised "
        "WebSocketDisconnect, and every later one raises this RuntimeError, here in the handler "
        "of a sender who has done nothing. Catch both, around that one send."
    )
