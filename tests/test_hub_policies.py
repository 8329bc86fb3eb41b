"""What becomes of a message for a client for whom too many wait: each policy, as clients see it."""

from collections import deque

import pytest
from websockets import ConnectionClosedError

from servers.hub import Hub
from servers.policies import TOO_SLOW, disconnect, drop_newest, drop_oldest, keep_latest
from tests.hub_room import ENGINES, WITHIN, Room, block, number, numbers_until, receive


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (drop_newest, ["a", "b", "c"]),
        (drop_oldest, ["b", "c", "new"]),
        (keep_latest, ["new"]),
        (disconnect, [TOO_SLOW]),
    ],
)
def test_a_policy_in_itself(policy, left):
    backlog = deque("abc")
    policy(backlog, "new")
    assert list(backlog) == left


async def behind(room, messages):
    """A client that reads nothing, for whom so many had to wait, and how many are on their way.

    They are numbered, and Ana has received each.
    """
    ana, bo = await room.enter(2)
    under_way = await room.clog(bo, ana, waiting=1, settled=True) - 1
    for n in range(under_way + 1, under_way + messages):
        await room.say(block(n))
        assert number(await receive(ana)) == n
    return bo, under_way


@pytest.mark.parametrize(
    ("policy", "kept"),
    [(drop_newest, [0, 1, 2]), (drop_oldest, [5, 6, 7]), (keep_latest, [6, 7])],
)
async def test_what_a_slow_client_gets(policy, kept):
    """Eight messages for a backlog of three, then it reads again."""
    async with Room(Hub(policy, bound=3, send_within=WITHIN)) as room:
        bo, under_way = await behind(room, messages=8)
        assert await room.at(lambda: len(room.member(bo).backlog)) == len(kept)
        bo.transport.resume_reading()
        got = await numbers_until(bo, under_way + kept[-1])
        await room.until(lambda: room.member(bo).writer is None)
        await room.say("999999 the end")
        got += await numbers_until(bo, 999_999)
        assert got == [*range(under_way), *(under_way + n for n in kept), 999_999]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_slow_client_is_told_why_it_is_disconnected(engine):
    async with Room(Hub(disconnect, bound=3, send_within=WITHIN), ws=engine) as room:
        bo, under_way = await behind(room, messages=8)
        bo.transport.resume_reading()
        got = await numbers_until(bo, under_way - 1)
        with pytest.raises(ConnectionClosedError):
            await receive(bo)
        assert got == list(range(under_way))
        assert (bo.close_code, bo.close_reason) == (1013, "too slow")
        await room.until(lambda: len(room.hub.members) == 1)


async def test_with_a_bound_of_one_a_slow_client_gets_the_latest_state_and_no_older_one():
    async with Room(Hub(keep_latest, bound=1, send_within=WITHIN)) as room:
        bo, under_way = await behind(room, messages=8)
        bo.transport.resume_reading()
        latest = under_way + 7
        assert await numbers_until(bo, latest) == [*range(under_way), latest]


async def test_a_policy_is_any_function_of_the_backlog_and_the_event():
    def drop_every_other(backlog, event):
        kept = [*backlog, event][::2]
        backlog.clear()
        backlog.extend(kept)

    async with Room(Hub(drop_every_other, bound=3, send_within=WITHIN)) as room:
        bo, under_way = await behind(room, messages=4)
        bo.transport.resume_reading()
        got = await numbers_until(bo, under_way + 2)
        assert got == [*range(under_way + 1), under_way + 2]


async def test_a_policy_that_fails_costs_its_client_its_place_and_nobody_else_a_message():
    def fail(backlog, event):
        raise ZeroDivisionError("in the policy")

    async with Room(Hub(fail, bound=1, send_within=WITHIN)) as room:
        room.failure = "ZeroDivisionError: in the policy"
        ana, bo, cy = await room.enter(3)
        sent = await room.clog(bo, ana, waiting=1, settled=True)
        await ana.send("999999 one too many")
        assert await numbers_until(ana, 999_999) == [999_999]
        assert await numbers_until(cy, 999_999) == [*range(sent), 999_999]
        assert await room.at(lambda: len(room.hub.members)) == 2
        bo.transport.resume_reading()
        assert await numbers_until(bo, sent - 1) == list(range(sent))
