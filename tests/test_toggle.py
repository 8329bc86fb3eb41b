"""The light that everyone shares, in both dialects: what clients on real sockets see of it."""

from __future__ import annotations

import asyncio
import importlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from itertools import cycle, pairwise
from typing import NamedTuple

import pytest
from websockets import ConnectionClosedError, connect

from tests import waiting
from tests.course import ROOT
from ws101 import serve

WITHIN = 20  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)


class Dialect(NamedTuple):
    """How one of the two servers is spoken to.

    Attributes:
        name: the server's.
        say: the message that asks for a state.
        told: the message that tells it.
        mend: what an error must name.
        wrong: messages that are not what `say` makes.
    """

    name: str
    say: Callable[[str], str]
    told: Callable[[str], str]
    mend: str
    wrong: list[str | bytes]


RAW = Dialect(
    "toggle",
    say=str,
    told=str,
    mend="Send on or off, as text.",
    wrong=[
        *("ON", "Off", " on", "on\n", "on ", "onoff", "", "toggle", "true", "1", "None", "on\0"),
        *('"on"', '{"set": "on"}', "né 🦉", "\ud7ff", "ｏｎ", "x" * 1_000_000, "'\"\\" * 9),
        *(b"on", b"off", b"", b"\xff\xfe", b'{"set": "on"}', bytes(1_000_000)),
    ],
)
JSON = Dialect(
    "toggle_json",
    say=lambda state: json.dumps({"set": state}),
    told=lambda state: json.dumps({"state": state}),
    mend='Send {"set": "on"} or {"set": "off"}, as text.',
    wrong=[
        # not JSON
        *("on", "", " ", "{", '{"set": "on"', "{'set': 'on'}", '{"set": on}', '{"set": "on",}'),
        *('{"set": "on"} {"set": "on"}', '{"set": "on"}x', '{"set": "\\ud800"}', "\ufeff{}"),
        # not an object
        *("null", "true", "5", "NaN", '"on"', "[]", '["set", "on"]', '[{"set": "on"}]'),
        # not this object
        *("{}", '{"Set": "on"}', '{"state": "on"}', '{"toggle": true}', '{"": "on"}'),
        *(
            '{"set": "on", "by": "Ana"}',
            '{"set": "on", "set ": "off"}',
            '{"set": "on", "state": 1}',
        ),
        # not one of the two
        *('{"set": "ON"}', '{"set": " on"}', '{"set": ""}', '{"set": true}', '{"set": 1}'),
        *('{"set": null}', '{"set": ["on"]}', '{"set": {"set": "on"}}', '{"set": 1e999}'),
        # too much
        "[" * 100_000,
        '{"set": "on"}' + " " * 1_000,
        "{" + ",".join(f'"{n}": 1' for n in range(100_000)) + "}",
        json.dumps({"set": "on", "x" * 100_000: 1}),
        # bytes
        *(b'{"set": "on"}', b"on", b"", b"\xff\xfe", bytes(1_000_000)),
    ],
)
DIALECTS = pytest.mark.parametrize("dialect", [RAW, JSON], ids=lambda dialect: dialect.name)


@contextmanager
def serving(app):
    """Serve it, and see that it leaves no traceback in its log."""
    with serve(app, port=0) as server:
        yield server
    assert "Traceback" not in str(server.log), server.log


@pytest.fixture
def server(dialect) -> Iterator:
    with serving(ROOT / "servers" / f"{dialect.name}.py") as server:
        yield server


def join(server, **options):
    return connect(f"{server.ws_url}/ws", proxy=None, open_timeout=WITHIN, **options)


async def hears(ws, *messages):
    """The next that it receives are these, in this order."""
    async with asyncio.timeout(WITHIN):
        assert [await ws.recv() for _ in messages] == list(messages)


async def error(ws, dialect, state):
    """The error that it is told, with the state beside it in JSON or behind it as raw text."""
    async with asyncio.timeout(WITHIN):
        message = await ws.recv()
    if dialect is RAW:
        await hears(ws, state)
        assert message.startswith("error: ")
        return message
    news = json.loads(message)
    assert list(news) == ["state", "error"]
    assert news["state"] == state
    return news["error"]


# The state, and who follows it


@DIALECTS
async def test_a_latecomer_is_told_the_state_at_once(server, dialect):
    async with join(server) as ana:
        await hears(ana, dialect.told("off"))
        for state in ("on", "off", "on"):
            await ana.send(dialect.say(state))
            await hears(ana, dialect.told(state))
            async with join(server) as bo:
                await hears(bo, dialect.told(state))


@DIALECTS
async def test_everyone_follows_whoever_sets_it(server, dialect):
    async with join(server) as ana, join(server) as bo, join(server) as cy:
        for one in (ana, bo, cy):
            await hears(one, dialect.told("off"))
        for setter, state in ((ana, "on"), (bo, "off"), (cy, "on"), (cy, "on"), (ana, "off")):
            await setter.send(dialect.say(state))
            for one in (ana, bo, cy):
                await hears(one, dialect.told(state))


@DIALECTS
async def test_two_who_want_the_same_at_once_both_get_it(server, dialect):
    async with join(server) as ana, join(server) as bo:
        for one in (ana, bo):
            await hears(one, dialect.told("off"))
        await ana.send(dialect.say("on"))
        await bo.send(dialect.say("on"))
        for one in (ana, bo):
            await hears(one, dialect.told("on"), dialect.told("on"))
        async with join(server) as cy:
            await hears(cy, dialect.told("on"))


@DIALECTS
async def test_a_message_in_pieces_counts_as_one(server, dialect):
    async with join(server) as ana:
        await ana.send(list(dialect.say("on")))
        await hears(ana, dialect.told("off"), dialect.told("on"))


async def test_json_may_be_laid_out_in_any_way():
    async with AsyncExitStack() as stack:
        server = stack.enter_context(serving(ROOT / "servers" / "toggle_json.py"))
        ana = await stack.enter_async_context(join(server))
        await hears(ana, '{"state": "off"}')
        texts = ('{"set":"on"}', ' {\n\t"set" : "on" }\n', '{"\\u0073et": "\\u006fn"}')
        for text in (*texts, '{"set": "on"}'.ljust(1_000)):
            await ana.send(text)
            await hears(ana, '{"state": "on"}')


@DIALECTS
async def test_nobody_misses_a_change_while_joining(server, dialect):
    """Ana switches to and fro. So to whoever joins, each message is the opposite of the last."""

    async def switch(ana):
        for state in cycle(("on", "off")):
            await ana.send(dialect.say(state))
            await ana.recv()

    async def visit():
        async with join(server) as ws:
            heard = [await ws.recv() for _ in range(20)]
        assert set(heard) == {dialect.told("on"), dialect.told("off")}
        assert [pair for pair in pairwise(heard) if pair[0] == pair[1]] == []

    async with asyncio.timeout(WITHIN), join(server) as ana, asyncio.TaskGroup() as tasks:
        switching = tasks.create_task(switch(ana))
        for _ in range(10):
            await asyncio.gather(*(visit() for _ in range(10)))
        switching.cancel()


@DIALECTS
async def test_fifty_agree_after_a_storm(server, dialect):
    """Each gets all 1,000 changes, all in the same order, and so ends in the same state."""
    chance = random.Random(4)
    wishes = [chance.choices(("on", "off"), k=20) for _ in range(50)]

    async def send(ws, states):
        for state in states:
            await ws.send(dialect.say(state))

    async def hear(ws):
        return [await ws.recv() for _ in range(1_000)]

    async with asyncio.timeout(3 * WITHIN), AsyncExitStack() as stack:  # 50,000 messages
        fifty = [await stack.enter_async_context(join(server)) for _ in range(50)]
        for one in fifty:
            await hears(one, dialect.told("off"))
        heard, _ = await asyncio.gather(
            asyncio.gather(*map(hear, fifty)), asyncio.gather(*map(send, fifty, wishes))
        )
        assert heard == [heard[0]] * 50
        asked = [dialect.told(state) for states in wishes for state in states]
        assert sorted(heard[0]) == sorted(asked)
        async with join(server) as late:
            await hears(late, heard[0][-1])


# What is wrong


@DIALECTS
async def test_a_wrong_message_gets_an_error_and_nobody_else_notices(server, dialect):
    async with join(server) as ana, join(server) as bo:
        for one in (ana, bo):
            await hears(one, dialect.told("off"))
        for number, message in enumerate(dialect.wrong):
            state = "off" if number % 2 else "on"
            await ana.send(dialect.say(state))
            await ana.send(message)
            await hears(ana, dialect.told(state))
            text = await error(ana, dialect, state)
            assert text.endswith(dialect.mend), message[:50]
            assert len(text) < 200, message[:50]
            await hears(bo, dialect.told(state))  # and nothing between it and the one before
        await bo.send(dialect.say("on"))
        await hears(bo, dialect.told("on"))
        await hears(ana, dialect.told("on"))


@pytest.mark.parametrize(
    ("dialect", "message", "text"),
    [
        (RAW, "ON", "error: got 'ON'. "),
        (RAW, "on\n", "error: got 'on\\n'. "),
        (RAW, "a" * 100, f"error: got '{'a' * 20}'. "),
        (RAW, b"on", "error: got bytes. "),
        (JSON, "on", "Invalid JSON: expected value at line 1 column 1. "),
        (JSON, "[]", "Input should be an object. "),
        (JSON, "{}", "set: Field required. "),
        (JSON, '{"set": true}', "set: Input should be 'on' or 'off'. "),
        (JSON, '{"set": "on", "by": "Ana"}', "by: Extra inputs are not permitted. "),
        (JSON, "é" * 1_000, "Invalid JSON: expected value at line 1 column 1. "),
        (JSON, " " * 1_001, "got more than 1000 characters. "),
        (JSON, b"{}", "got bytes. "),
    ],
)
async def test_the_error_says_what_is_wrong(server, dialect, message, text):
    async with join(server) as ana:
        await ana.send(message)
        await hears(ana, dialect.told("off"))
        assert await error(ana, dialect, "off") == text + dialect.mend


# Who is behind. That it stops, runs alone and has a page: tests/test_servers.py


@DIALECTS
async def test_who_was_behind_ends_with_the_last_state(dialect, monkeypatch):
    """Also when what it did itself meanwhile was wrong, and the error is its latest message."""
    module = importlib.import_module(f"servers.{dialect.name}")
    monkeypatch.setattr(module.app.state, "light", "off")
    monkeypatch.setattr(module.hub, "send_within", WITHIN)  # or she would be cut off meanwhile
    large = "x" * 2**23  # more than all buffers on the way hold

    async def clog(member):
        member.send(large)

    async def waiting_for(member):
        return list(member.backlog)

    with serving(module.app) as server:
        async with asyncio.timeout(WITHIN), AsyncExitStack() as stack:
            ana = await stack.enter_async_context(join(server, compression=None, max_size=None))
            await hears(ana, dialect.told("off"))
            ana.transport.pause_reading()
            [member] = module.hub.members.values()
            await server.run(clog(member))

            bo = await stack.enter_async_context(join(server))
            await hears(bo, dialect.told("off"))
            for state in ("on", "off", "on"):
                await bo.send(dialect.say(state))
                await hears(bo, dialect.told(state))
            [waiting] = await server.run(waiting_for(member))
            await ana.send("nonsense")
            while (await server.run(waiting_for(member)))[0] is waiting:
                pass  # not yet read
            ana.transport.resume_reading()
            first, last = [await ana.recv() for _ in range(2)]
            await asyncio.to_thread(server.stop)
            with pytest.raises(ConnectionClosedError):
                await ana.recv()
    assert first == large
    assert last == "on" if dialect is RAW else json.loads(last)["state"] == "on"
