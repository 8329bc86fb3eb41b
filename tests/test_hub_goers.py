"""Clients that go, in whatever way, while others talk; and those that come meanwhile."""

import asyncio
import errno
from types import SimpleNamespace

import pytest

from servers.hub import Hub
from tests.hub_room import (
    ENGINES,
    WITHIN,
    Room,
    hang_up,
    number,
    numbers_until,
    receive,
    talk_nonsense,
    vanish,
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("leave", [vanish, hang_up, talk_nonsense])
async def test_a_client_that_is_gone_costs_nobody_a_message(leave, engine):
    """It goes, and in the same moment another one sends: the server learns of both at once."""
    async with Room(Hub(), ws=engine) as room:
        ana, cy = await room.enter(2)
        for n in range(30):
            bo = await room.enter()
            leave(bo)
            await ana.send(str(n))
            assert [await receive(ana), await receive(cy)] == [str(n)] * 2
        await room.until(lambda: len(room.hub.members) == 2)


async def test_clients_found_gone_during_a_broadcast():
    """Their connections are lost, but their handlers have not heard of it yet."""
    async with Room(Hub()) as room:
        clients = await room.enter(6)

        async def lose_half():
            members = list(room.hub.members.values())
            for member in members[::2]:
                member.outlet.transport.abort()
            await asyncio.sleep(0)  # asyncio tells uvicorn; the handlers' turn is after ours
            assert list(room.hub.members.values()) == members
            await room.hub.broadcast("still here?")
            return len(room.hub.members)

        assert await room.server.run(lose_half()) == 3
        assert [await receive(ws) for ws in clients[1::2]] == ["still here?"] * 3


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_client_that_uvicorn_gave_up(engine):
    """After a ping timeout uvicorn refuses to send, with a RuntimeError, whoever's turn it is."""
    async with Room(Hub(), ws=engine) as room:
        ana, _bo = await room.enter(2)

        async def give_up_one():
            _, bo = room.hub.members.values()
            bo.ws._receive.__self__.keepalive_timeout()
            await room.hub.broadcast("still here?")
            return bo in room.hub.members.values()

        assert await room.server.run(give_up_one()) is False
        assert await receive(ana) == "still here?"


async def test_clients_come_and_go_during_broadcasts_with_one_client_clogged():
    """Those who stay miss nothing, be they clogged; newcomers get all that is said from then on."""
    async with Room(Hub(bound=10_000, send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=1)
        newcomers = []

        async def come_and_go():
            for n in range(40):
                ws = await room.enter()
                if n % 4 == 3:
                    newcomers.append(asyncio.create_task(numbers_until(ws, 999_999)))
                elif n % 4:
                    (vanish, hang_up)[n % 2](ws)
                else:
                    await ws.close()

        passing = asyncio.create_task(come_and_go())
        first, going = sent, True
        while going:  # once more after the last has come, who shall hear something too
            going = not passing.done() or sent < first + 100
            await ana.send(f"{sent} ")
            sent += 1
            assert number(await receive(ana)) == sent - 1
        await passing
        await room.say("999999 the end")
        bo.transport.resume_reading()
        assert await numbers_until(bo, 999_999) == [*range(sent), 999_999]
        assert len(newcomers) == 10
        for heard in newcomers:
            *numbers, _ = await heard
            assert numbers == list(range(numbers[0], sent))


@pytest.mark.parametrize("leave", [vanish, hang_up, talk_nonsense])
async def test_the_clogged_client_itself_goes(leave):
    async with Room(Hub(send_within=WITHIN)) as room:
        ana, bo = await room.enter(2)
        sent = await room.clog(bo, ana, waiting=2)
        leave(bo)
        await room.say(f"{sent} ")
        assert number(await receive(ana)) == sent
        await room.until(lambda: len(room.hub.members) == 1)


async def test_to_cut_one_that_is_gone_does_nothing():
    async with Room(Hub()) as room:
        ana, bo = await room.enter(2)
        member = await room.at(lambda: room.member(bo))
        vanish(bo)
        await room.until(lambda: room.server.connections == 1)
        await room.server.run(member.outlet.abort())
        await room.say("hi")
        assert await receive(ana) == "hi"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EINVAL, "Invalid argument"),  # macOS, when its peer has reset it
        ValueError("negative file descriptor"),  # uvloop, when it is closed
    ],
)
async def test_it_is_cut_also_where_no_reset_can_be_had(error):
    class Unwilling:
        def setsockopt(self, *_):
            raise error

    async with Room(Hub()) as room:
        _ana, bo = await room.enter(2)
        member = await room.at(lambda: room.member(bo))
        transport = member.outlet.transport
        member.outlet.transport = SimpleNamespace(
            get_extra_info=lambda _: Unwilling(), abort=transport.abort
        )
        await room.server.run(member.outlet.abort())
        await room.until(lambda: room.server.connections == 1)
