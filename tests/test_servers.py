"""Each server of the course by itself: what a client on a real socket sees of it."""

import asyncio
import json
import os
import re
from functools import partial

import httpx
import pytest
from websockets import ConnectionClosedError, InvalidStatus, connect

from tests import course, waiting
from tests.leaks import no_server
from tests.server_process import alone, ended
from ws101 import serve
from ws101.course import ROOT

WITHIN = 10  # seconds: a deadline that only a hang reaches
until = partial(waiting.until, within=WITHIN)
PREFIX = "Message text was: "


@pytest.fixture(autouse=True)
def _nothing_is_left():
    with no_server():
        yield


@pytest.fixture
def start():
    """`start(name)` serves `servers/<name>.py`. No test may leave a traceback in its log."""
    started = []

    def start(name):
        started.append(serve(ROOT / "servers" / f"{name}.py", port=0))
        return started[-1]

    yield start
    for server in started:
        server.stop()  # waits for the handlers, so the log is whole
        assert "Traceback" not in str(server.log), server.log


@pytest.fixture
def hello(start):
    return start("hello")


@pytest.fixture
def echo(start):
    return start("echo")


@pytest.fixture
def echo_types(start):
    return start("echo_types")


def client(server, path="/ws", **options):
    return connect(server.ws_url + path, proxy=None, open_timeout=WITHIN, **options)


async def answers(server, *messages, path="/ws"):
    """What one client that sends these messages is answered, one answer to each."""
    async with asyncio.timeout(WITHIN), client(server, path) as ws:
        for message in messages:
            await ws.send(message)
        return [await ws.recv() for _ in messages]


# hello


async def test_hello_greets_each_name(hello):
    assert await answers(hello, "Ana", "Bo") == ["Hello, Ana!", "Hello, Bo!"]


async def test_hello_closes_on_bytes_with_1003(hello):
    async with asyncio.timeout(WITHIN), client(hello) as ws:
        await ws.send(b"Ana")
        with pytest.raises(ConnectionClosedError):
            await ws.recv()
        assert (ws.close_code, ws.close_reason) == (1003, "A name is text, please.")


# echo


async def test_echo_puts_the_words_before_a_text(echo):
    assert await answers(echo, "hi", "", "né 🦉") == [PREFIX + "hi", PREFIX, PREFIX + "né 🦉"]


async def test_echo_returns_bytes_as_bytes_and_unchanged(echo):
    every_byte = bytes(range(256))
    assert await answers(echo, every_byte, b"", b"\xff\xfe") == [every_byte, b"", b"\xff\xfe"]


async def test_echo_keeps_the_order_of_both_kinds(echo):
    messages = [str(n) if n % 2 else bytes([n]) for n in range(200)]
    expected = [PREFIX + m if isinstance(m, str) else m for m in messages]
    assert await answers(echo, *messages) == expected


async def test_echo_without_a_prefix_returns_texts_unchanged(echo):
    assert await answers(echo, "hi", "", b"\x00", path="/ws?prefix=") == ["hi", "", b"\x00"]


async def test_echo_joins_fragments(echo):
    assert await answers(echo, ["frag", "ments"], [b"by", b"tes"]) == [
        PREFIX + "fragments",
        b"bytes",
    ]


async def test_echo_takes_large_messages(echo):
    large = os.urandom(1_000_000)
    assert await answers(echo, large, "x" * 999_000) == [large, PREFIX + "x" * 999_000]


async def test_echo_answers_nobody_but_the_sender(echo):
    async with asyncio.timeout(WITHIN), client(echo) as ana, client(echo) as bo:
        await ana.send("from Ana")
        assert await ana.recv() == PREFIX + "from Ana"
        await bo.send("from Bo")
        assert await bo.recv() == PREFIX + "from Bo"  # the first that Bo hears


@pytest.mark.parametrize("name", ["echo", "echo_types"])
@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
async def test_a_client_may_leave_with_any_code(start, name, code):
    server = start(name)
    async with asyncio.timeout(WITHIN), client(server) as ws:
        await ws.close(code, "bye")
        assert (ws.close_code, ws.close_reason) == (code, "bye")  # the server returned it
    await until(lambda: server.connections == 0)


@pytest.mark.parametrize("name", course.SERVERS)
async def test_a_client_may_vanish(start, name):
    server = start(name)
    async with asyncio.timeout(WITHIN):
        ws = await client(server)
        await ws.send("are you there?")
        await ws.recv()
        ws.transport.abort()
        await ws.wait_closed()
    await until(lambda: server.connections == 0)


@pytest.mark.parametrize(("name", "message"), [("echo", bytes(500_000)), ("hello", "x" * 500_000)])
async def test_a_client_may_vanish_while_it_is_answered(start, name, message):
    """The answers fill every buffer on the way, since it reads none, and the server waits."""
    sent = 0

    async def flood():
        nonlocal sent
        while True:
            await ws.send(message)
            sent += 1

    server = start(name)
    async with asyncio.timeout(WITHIN):
        ws = await client(server, compression=None, max_queue=1)
        flooding = asyncio.create_task(flood())
        before = -1
        while before != sent or not sent:  # until nothing moves any more
            before = sent
            await asyncio.sleep(0.3)
        ws.transport.abort()
        with pytest.raises(ConnectionClosedError):
            await flooding
    await until(lambda: server.connections == 0)


# echo_types


async def described(server, *messages):
    return [json.loads(answer) for answer in await answers(server, *messages)]


async def test_types_tells_text_from_bytes(echo_types):
    assert await described(echo_types, "né", b"\x00\xff", "", b"") == [
        {"kind": "text", "characters": 2, "bytes": 3},
        {"kind": "bytes", "bytes": 2},
        {"kind": "text", "characters": 0, "bytes": 0},
        {"kind": "bytes", "bytes": 0},
    ]


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ('{"a": 1}', "dict"),
        ("[1, 2]", "list"),
        ('"hi"', "str"),
        ('"\\ud800"', "str"),
        ("5", "int"),
        ("5.0", "float"),
        ("true", "bool"),
        ("null", "NoneType"),
    ],
)
async def test_types_names_what_json_becomes(echo_types, text, python):
    [about] = await described(echo_types, text)
    assert about["json"] == python


@pytest.mark.parametrize("text", ["{'a': 1}", "[1,", "hi", "[" * 100_000, "1" * 5_000])
async def test_types_survives_what_is_not_json(echo_types, text):
    first, second = await described(echo_types, text, "[]")
    assert first == {"kind": "text", "characters": len(text), "bytes": len(text)}
    assert second["json"] == "list"


async def test_json_in_a_binary_message_is_bytes(echo_types):
    assert await described(echo_types, b'{"a": 1}') == [{"kind": "bytes", "bytes": 8}]


async def test_chat_reads_path_and_query(echo_types):
    async with asyncio.timeout(WITHIN), client(echo_types, "/chat/7?token=a%20b") as ws:
        assert json.loads(await ws.recv()) == {"room_id": 7, "token": "a b"}
        await ws.send("hi")
        assert await ws.recv() == "Room 7: hi"


@pytest.mark.parametrize("path", ["/chat/7", "/chat/kitchen?token=abc", "/chat?token=abc"])
async def test_chat_refuses_an_address_that_does_not_fit(echo_types, path):
    with pytest.raises(InvalidStatus) as refusal:
        await client(echo_types, path)
    assert refusal.value.response.status_code == 403


async def test_chat_closes_on_bytes_with_1003(echo_types):
    async with asyncio.timeout(WITHIN), client(echo_types, "/chat/7?token=abc") as ws:
        await ws.recv()
        await ws.send(b"\x00")
        with pytest.raises(ConnectionClosedError):
            await ws.recv()
        assert (ws.close_code, ws.close_reason) == (1003, "text only, please")


@pytest.mark.parametrize("path", ["/ws", "/chat/7?token=abc"])
async def test_types_logs_who_left_and_why(start, path):
    echo_types = start("echo_types")  # here: pytest changes stdout between a fixture and its test
    async with asyncio.timeout(WITHIN):
        async with client(echo_types, path) as ws:
            await ws.close(4001, "lunch")
        async with client(echo_types, path):
            pass
    route = path.partition("?")[0]
    lines = [
        f"{route} was left with code 4001. Reason: lunch",
        f"{route} was left with code 1000. Reason: none given",
    ]
    await until(lambda: lines == [line for line in echo_types.log if "was left" in line])


# Every server


@pytest.mark.parametrize("name", course.SERVERS)
async def test_it_stops_while_clients_are_connected(start, name):
    server = start(name)
    async with asyncio.timeout(WITHIN), client(server) as ws:
        await asyncio.to_thread(server.stop)
        with pytest.raises(ConnectionClosedError):
            [message async for message in ws]
        assert ws.close_code == 1012  # service restart


@pytest.mark.parametrize("name", course.SERVERS)
async def test_its_page_and_all_that_the_page_asks_for(start, name):
    server = start(name)
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN, trust_env=False) as http:
        page = await http.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<title>{name}</title>" in page.text
        assert "{{" not in page.text  # no hole of the template is left
        files = [f for f in re.findall(r'(?:src|href)="([^"]*)"', page.text) if f != "data:,"]
        assert {"static/style.css", "static/connection.js"} <= set(files)
        for file in files:
            assert file.startswith("static/")  # from here, also where a proxy adds a path before
            assert (await http.get(file)).status_code == 200


async def test_the_page_of_echo_shows_the_words_of_the_server(echo):
    async with httpx.AsyncClient(timeout=WITHIN, trust_env=False) as http:
        assert f"“{PREFIX}”" in (await http.get(echo.url)).text


@pytest.mark.parametrize("file", sorted((ROOT / "servers" / "pages").rglob("*.*")), ids=str)
def test_no_page_names_a_host(file):
    assert not re.search(r"(https?|wss?)://", file.read_text())


@pytest.mark.parametrize("name", course.SERVERS)
async def test_it_runs_alone(name):
    async with alone(name) as (process, url):
        async with asyncio.timeout(WITHIN), connect(url, proxy=None) as ws:
            await ws.send("hi")
            assert await ws.recv()
        process.terminate()
        await ended(process)
