"""Exercise of lesson 05: how long to wait before the next try."""

from __future__ import annotations

import math
import random

from ws101.check.calls import FunctionRoom
from ws101.check.case import Case
from ws101.check.exercise import Exercise
from ws101.check.kinds import Function
from ws101.check.players import say
from ws101.check.verdicts import Unmet

DRAWS = 100  # so many that chance hides nothing: each bound below is 5 sigma or more away
MANY = 500  # the same, for one look at how they are spread
FAR = 0.14  # by how much the share below a wait may differ from an even one: 2 e^(-2 MANY FAR^2)
LIMIT, EVEN, SEEDED = "limit", "even", "seeded"  # what a behaviour wants


def too_big(case: Case) -> str | None:
    """Two to the power of thousands."""
    if not isinstance(case.error, OverflowError):
        return None
    return (
        "2 to the power of thousands fits into no float. An `int` has no such limit, but it cannot "
        "be multiplied by a float then. Bound the exponent: `2 ** min(attempt, 30)` is enough."
    )


def xor(case: Case) -> str | None:
    """`^` for a power."""
    if not isinstance(case.error, TypeError) or "for ^" not in str(case.error):
        return None
    return "`^` is a bitwise operation in Python. A power is `**`: `2**attempt`."


def no_number(case: Case) -> str | None:
    """Something else than a number was returned."""
    if case.unmet.silent and "to return" in case.unmet.expected:
        return "Do not wait here: return the number of seconds. The caller waits."
    if case.unmet.wanted is not float or case.unmet.came == "None":
        return None
    return (
        "Return the seconds for one attempt, as a number. There is nothing to yield, to round or "
        "to put into words, and to wait is up to the caller."
    )


def other_waits(case: Case) -> str | None:
    """Waits that lie elsewhere than from 0 to the limit, or not all over it."""
    if case.unmet.wanted not in ((EVEN,), (LIMIT,)) or not isinstance(case.unmet.got, list):
        return None
    waits, limit = case.unmet.got[1:], case.unmet.got[0]
    if min(waits) < 0:
        return "A wait below 0 is none. The lower end of `rng.uniform(0, limit)` is 0."
    if max(waits) > limit * 1.0001:
        return (
            "Some waits are above the limit. It is `first` for attempt 0, doubles with each "
            "attempt, and is never more than `most`: `min(most, first * 2**attempt)`. Nothing is "
            "added to it."
        )
    if all(wait == int(wait) for wait in waits) and max(waits) > min(waits):
        return "These are whole seconds. A wait may have a fraction: `rng.uniform` has them all."
    if max(waits) - min(waits) < 1e-9 * limit:
        if max(waits) < limit:
            return "Each call gave the same wait, as if chance began anew. Take it from `rng`."
        return (
            "Each call gave the same wait. A thousand clients that lost the same server would come "
            "back in the same moment: `rng.uniform(0, limit)` spreads them."
        )
    if case.unmet.wanted == (LIMIT,) and "at attempt 30" in case.unmet.expected:
        return (
            "It stops doubling before `most` is reached. A bound of the exponent must be a large "
            "one: `2 ** min(attempt, 30)`."
        )
    if case.unmet.wanted == (LIMIT,):
        return (
            "The longest waits are too short. The limit is `first` for attempt 0 and doubles with "
            "each attempt, until it is `most`: `min(most, first * 2**attempt)`."
        )
    if sum(wait == limit for wait in waits) > len(waits) / 4:
        return (
            "Many waits are the longest possible one. Chance comes last: first bound the limit, "
            "`limit = min(most, …)`, then `rng.uniform(0, limit)`."
        )
    if min(waits) > 0.15 * limit:
        return (
            "No wait is short. Full jitter goes all the way down to 0, so the lower end of "
            "`rng.uniform(0, limit)` is 0."
        )
    return (
        "Some waits come more often than others. `rng.uniform(0, limit)` makes any of them "
        "equally likely."
    )


def other_chance(case: Case) -> str | None:
    """Chance that does not come from `rng`."""
    if case.unmet.wanted != (SEEDED,):
        return None
    return (
        "Take the chance from `rng`, which is a `random.Random`: `rng.uniform(0, limit)`. The "
        "module's own `random.uniform` cannot be made to repeat itself in a test."
    )


backoff = Exercise(
    "backoff",
    Function("attempt", "first", "most", "rng"),
    hints=(
        "Two steps: the limit for this attempt, which has no chance in it, then a number by chance "
        "between 0 and the limit.",
        "The limit is `first * 2**attempt`, and `min(most, …)` of that. `rng.uniform(0, limit)` is "
        "the number.",
        "`0.5 * 2**5000` raises OverflowError, as no float is that big. It need not be computed: "
        "`2 ** min(attempt, 30)` is over a thousand million, and `min` with `most` does the rest.",
    ),
    slips=(too_big, xor, no_number, other_waits, other_chance),
)


async def draw(
    room: FunctionRoom,
    attempt: int,
    first: float,
    most: float,
    rng: random.Random,
    times: int = 1,
    chance: str = "rng",
) -> list[float]:
    """What so many calls return, each of which must be a number, not below 0."""
    shown = f"{attempt:_}, {first:g}, {most:g}, {chance}"
    waits = []
    for _ in range(times):
        wait = await room.start(attempt, first, most, rng, shown=shown).returns()
        if isinstance(wait, bool) or not isinstance(wait, int | float) or math.isnan(wait):
            expected = f"backoff({shown}) to be a number of seconds"
            raise Unmet(expected, say(wait), wanted=float, got=wait)
        waits.append(wait)
    if times > 1:
        room.said[-times:] = [("the check", f"called backoff({shown}) {times} times")]
    return waits


async def limited(
    room: FunctionRoom, attempt: int, first: float, most: float, limit: float, draws: int = DRAWS
) -> list[float]:
    """Many waits, none below 0 or above the limit, and some near it."""
    waits = await draw(room, attempt, first, most, random.Random(attempt + 1), draws)
    words = f"waits from 0 to {limit:g} s at attempt {attempt:_}"
    got = [limit, *waits]
    if min(waits) < 0:
        raise Unmet(words, f"{min(waits):.2f}, below 0", wanted=(LIMIT,), got=got)
    if max(waits) > limit * (1 + 1e-9):
        raise Unmet(words, f"{max(waits):.6g} s", wanted=(LIMIT,), got=got)
    if max(waits) < 0.85 * limit:
        came = f"none that is longer than {max(waits):.6g} s, in {draws} calls"
        raise Unmet(words, came, wanted=(LIMIT,), got=got)
    return waits


@backoff.behaviour("It returns a number of seconds, and does not wait itself")
async def numbers(room: FunctionRoom) -> None:
    for seed in range(3):
        await draw(room, 0, 30, 60, random.Random(seed))


@backoff.behaviour("The limit is `first` at attempt 0 and doubles with each attempt")
async def doubles(room: FunctionRoom) -> None:
    for attempt, limit in ((0, 0.5), (1, 1), (2, 2), (4, 8)):
        await limited(room, attempt, 0.5, 60, limit)


@backoff.behaviour("The limit is never more than `most`")
async def capped(room: FunctionRoom) -> None:
    for attempt, first, most in ((5, 0.5, 10), (40, 0.5, 10), (0, 30, 10), (30, 0.001, 60)):
        await limited(room, attempt, first, most, most)


@backoff.behaviour("Full jitter: from 0 to the limit, any wait is as likely as any other")
async def jitters(room: FunctionRoom) -> None:
    for attempt, limit, draws, far in ((9, 10.0, DRAWS, 0.4), (3, 4.0, MANY, FAR)):
        waits = sorted(await limited(room, attempt, 0.5, 10, limit, draws))
        # How far the share of waits up to each one is from that wait's share of the limit.
        gap = max(
            max(abs(wait / limit - n / draws), abs(wait / limit - (n + 1) / draws))
            for n, wait in enumerate(waits)
        )
        if gap > far:
            expected = f"waits all over from 0 to {limit:g} s, half of them up to {limit / 2:g} s"
            middle = waits[draws // 2]
            came = f"from {waits[0]:.3g} to {waits[-1]:.3g} s, half of them up to {middle:.3g} s"
            raise Unmet(expected, came, wanted=(EVEN,), got=[limit, *waits])


@backoff.behaviour("All chance comes from `rng`: the same seed brings the same waits")
async def repeats(room: FunctionRoom) -> None:
    once, again, other = [
        await draw(room, 3, 1, 60, random.Random(seed), 3, f"random.Random({seed})")
        for seed in (7, 7, 8)
    ]
    if once != again or once == other:
        expected = "the same waits with the same seed, and others with another"
        came = "other waits with the same seed" if once != again else "the same with another seed"
        raise Unmet(expected, came, wanted=(SEEDED,))


@backoff.behaviour("Attempt 5,000, after a weekend without the server, is one like any other")
async def patient(room: FunctionRoom) -> None:
    await limited(room, 5_000, 0.5, 60, 60)
