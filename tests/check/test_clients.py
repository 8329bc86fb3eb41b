"""A client's connections: what they are called, and what it raised behind the last of them."""

import asyncio

from websockets import InvalidStatus, connect
from websockets.asyncio.server import ServerConnection
from websockets.server import ServerProtocol

from ws101.check import Verdict
from ws101.check.clients import ClientRoom, Names, ordinal
from ws101.check.exercise import Exercise
from ws101.check.kinds import Client


def finding_of(steps, answer):
    """The first finding of an exercise with this behaviour."""
    exercise = Exercise("tried", Client("url"), hints=("try",))
    exercise.behaviour(steps.__name__)(steps)
    return exercise(answer).findings[0]


def lanes(finding):
    """Who said something to the server, in this order."""
    said = [line.split(" → ")[0].strip() for line in finding.conversation.text.splitlines()[1:]]
    return list(dict.fromkeys(one[6:].strip() for one in said if " ← " not in one))


async def connects_three_times(url):
    for _ in range(3):
        try:
            async with connect(url) as ws:
                await ws.recv()
        except InvalidStatus:
            pass


async def twice_and_a_refusal(room: ClientRoom):
    tries = []

    async def refuse_the_second(ws, _):
        tries.append(ws)
        return ws.respond(503, "later") if len(tries) == 2 else None

    stage = await room.serve(process_request=refuse_the_second)
    room.start(stage.ws_url)
    first = await stage.visitor()
    await first.send("hi")
    second = await stage.visitor()
    await second.expects("hi")


def test_each_connection_is_called_as_in_the_words():
    finding = finding_of(twice_and_a_refusal, connects_three_times)
    assert dict(finding.facts)["Done"].endswith("your client connected to /, the 3rd connection")
    assert lanes(finding) == [f"your client, {nth}" for nth in ("1st", "2nd", "3rd")]


async def once(room: ClientRoom):
    stage = await room.serve()
    room.start(stage.ws_url)
    await (await stage.visitor()).expects("hi")


def test_the_only_connection_has_no_number():
    assert lanes(finding_of(once, connects_three_times)) == ["your client"]


async def nobody_visits(room: ClientRoom):
    stage = await room.serve(process_request=lambda ws, _: ws.respond(503, "no"))
    await room.start(stage.ws_url).returns()
    await stage.visitor()


def test_who_is_only_refused_has_a_name_too():
    finding = finding_of(nobody_visits, connects_three_times)
    assert lanes(finding) == [f"your client, {nth}" for nth in ("1st", "2nd", "3rd")]


async def at_two_servers(room: ClientRoom):
    first, second = await room.serve(), await room.serve()
    for stage in (first, second):
        room.start(stage.ws_url)
    await first.visitor("it")
    await (await second.visitor("it")).expects("hi")


def test_at_two_servers_each_counts_for_itself():
    finding = finding_of(at_two_servers, connects_three_times)
    assert dict(finding.facts)["Done"].endswith("it connected to /; it connected to /")
    assert sorted(lanes(finding)) == [
        "it, 1st at server 1",
        "it, 1st at server 2",
    ]


async def two_calls(room: ClientRoom):
    stage = await room.serve()
    room.start(stage.ws_url)
    await stage.visitor("the first call")
    room.start(stage.ws_url)
    await (await stage.visitor("the second call")).expects("hi")


def test_two_names_need_no_numbers():
    assert lanes(finding_of(two_calls, connects_three_times)) == [
        "the first call",
        "the second call",
    ]


async def raises_behind_its_goodbye(url):
    async with connect(url):
        pass
    await asyncio.sleep(0.05)
    raise ZeroDivisionError


async def leaves_without_a_word(url):
    async with connect(url):
        pass


def test_what_it_raised_behind_its_goodbye_belongs_to_it():
    assert finding_of(once, raises_behind_its_goodbye).verdict == Verdict.RAISED
    assert finding_of(once, leaves_without_a_word).verdict == Verdict.FAILED


async def connects_without_end(url):
    while True:
        async with connect(url):
            pass


async def more_than_a_wire_remembers(room: ClientRoom):
    stage = await room.serve()
    room.start(stage.ws_url)
    while len(room.names.came[0]) < 300:
        await asyncio.sleep(0.01)
    await (await stage.visitor()).expects("hi")


def test_one_that_comes_again_and_again():
    finding = finding_of(more_than_a_wire_remembers, connects_without_end)
    assert ("Came", "the connection was closed with code 1000") in finding.facts
    assert lanes(finding)[-1].startswith("your client, ")


async def test_one_that_is_just_being_connected_has_no_address_yet():
    names = Names()
    names.came.append([ServerConnection(ServerProtocol(), server=None)])
    assert list(names.lanes()) == []


def test_ordinals():
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 102, 111, 1003)
    words = "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th 1,003rd"
    assert " ".join(map(ordinal, numbers)) == words
