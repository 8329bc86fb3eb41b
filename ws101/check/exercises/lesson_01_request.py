"""Exercise of lesson 01 on the upgrade request: what a client writes to begin."""

from __future__ import annotations

import base64
import binascii
import re

from ws101.check.case import Case
from ws101.check.clients import ClientRoom
from ws101.check.exercise import Exercise
from ws101.check.kinds import Function
from ws101.check.loops import LoopThread
from ws101.check.players import say
from ws101.check.verdicts import Unmet

HOST, PATH = "server.example.com", "/chat?room=7"
END = b"\r\n\r\n"
SWITCHED = "HTTP/1.1 101 Switching Protocols"
ABSENT = "no line with this name"
AGAIN = "the same one again"
DECODED = "one that decodes to "


class Request(Function):
    """A plain function that returns what a client writes to a server, which is the check's."""

    def room(self, answer: object, learner: LoopThread) -> ClientRoom:
        return ClientRoom(answer, learner)


def request_slip(case: Case) -> str | None:
    """What is wrong with a request, as the text of it tells."""
    got = case.unmet.got
    if isinstance(case.error, TypeError):
        return "Text and bytes do not mix. Put it together as text, and `.encode()` the whole."
    if isinstance(got, str) and case.unmet.wanted is bytes:
        return "This is text. What goes over a socket is bytes: put `.encode()` behind."
    if not isinstance(got, bytes):
        return None
    if case.unmet.came == AGAIN:
        return "A key is for one handshake. Make it inside of the function, of random bytes."
    return _of_the_lines(got) or _of_a_header(case.unmet.came, got)


def _of_the_lines(got: bytes) -> str | None:
    if rb"\r\n" in got:
        return r"`\r\n` is here as it is written, backslashes and all. Is an r before the quotes?"
    if re.search(rb"(?<!\r)\n", got):
        return r"`\n` is one character, in triple quotes too. HTTP's line end has two: `\r\n`."
    if re.search(rb"^[ \t]", got, re.MULTILINE):
        return "Blanks at the beginning of a line belong to it. Are they your code's indentation?"
    if not got.endswith(END):
        return (
            r"Without the empty line the server waits for more headers. Behind the `\r\n` of the "
            "last header comes another one."
        )
    if END in got[: -len(END)]:
        return "The first empty line ends the request, and what is behind it is something else."
    first = _lines(got)[0]
    if not first.startswith("GET "):
        return "A handshake is a GET. No other method can be upgraded (RFC 6455 section 4.1)."
    if "://" in first:
        return "Behind GET comes the path alone. The host has a line of its own."
    return None


def _of_a_header(came: str, got: bytes) -> str | None:
    if came == ABSENT:
        names = {name.strip() for name, colon, _ in map(_parted, _lines(got)) if colon}
        return f"The headers that came: {', '.join(sorted(names))}."
    if came.startswith("no base64"):
        return (
            "Bytes inside of an f-string keep their b and quotes: `.decode()` makes text of them."
        )
    if came.startswith(DECODED):
        return "`base64.b64encode` of `secrets.token_bytes(16)`: 24 characters, `==` the last two."
    if came.startswith("'Connection"):
        return "Without `Upgrade` in `Connection` a server takes this for an ordinary GET."
    return None


def _lines(request: bytes) -> list[str]:
    return [line.strip() for line in request.decode("latin-1").splitlines()]


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _header(request: bytes, name: str, expected: str) -> str:
    """The value of a header that is there once."""
    headers = [_parted(line) for line in _lines(request)[1:]]
    values = [value.strip() for key, _, value in headers if key.lower() == name.lower()]
    if not values:
        raise Unmet(expected, ABSENT, got=request)
    if len(values) > 1:
        raise Unmet(expected, f"{len(values)} lines with this name", got=request)
    return values[0]


async def _written(room: ClientRoom, host: str, path: str) -> bytes:
    got = await room.start(host, path).returns()
    if not isinstance(got, bytes):
        came = f"text, {got[:24]!r} …" if isinstance(got, str) else say(got)
        raise Unmet("bytes", came, wanted=bytes, got=got)
    return got


upgrade_request = Exercise(
    "upgrade_request",
    Request("host", "path"),
    hints=(
        "Six lines and an empty one. The first says what you want; the five behind it are headers.",
        "The first line is `GET`, the path and `HTTP/1.1`. The headers are `Host`, `Upgrade`, "
        "`Connection`, `Sec-WebSocket-Key` and `Sec-WebSocket-Version`.",
        "`base64.b64encode(secrets.token_bytes(16)).decode()` is a fresh key. "
        r'`"\r\n".join([*lines, "", ""]).encode()` puts the line ends in, the last two included.',
    ),
    slips=(request_slip,),
)


@upgrade_request.behaviour(r"Its lines end with \r\n, and an empty line ends them all")
async def lines_end(room: ClientRoom) -> None:
    got = await _written(room, HOST, PATH)
    head, _, rest = got.partition(END)
    if re.search(rb"(?<!\r)\n", got):
        raise Unmet(r"each line to end with \r\n", r"a line that ends with \n alone", got=got)
    if indented := re.search(rb"^[ \t].*$", got, re.MULTILINE):
        raise Unmet("each line to begin with its first word", say(indented[0].rstrip()), got=got)
    if not got.endswith(END):
        raise Unmet(f"{END!r} at the end", f"{got[-4:]!r} at the end", got=got)
    if rest:
        came = f"one behind line {len(head.splitlines())}, and more lines"
        raise Unmet("one empty line, behind all others", came, got=got)


@upgrade_request.behaviour("The first line asks for the path, with GET and HTTP/1.1")
async def first_line(room: ClientRoom) -> None:
    got = await _written(room, HOST, PATH)
    first, wanted = (_lines(got) or [""])[0], f"GET {PATH} HTTP/1.1"
    if first != wanted:
        raise Unmet(f"the first line to be {wanted!r}", repr(first[:48]), got=got)


@upgrade_request.behaviour("It names the host, and the protocol to change to")
async def headers(room: ClientRoom) -> None:
    got = await _written(room, HOST, PATH)
    for name, wanted, section in (
        ("Host", HOST, "(2)"),
        ("Upgrade", "websocket", "(3)"),
        ("Connection", "Upgrade", "(4)"),
        ("Sec-WebSocket-Version", "13", "(6)"),
    ):
        expected = f"a line '{name}: {wanted}', as RFC 6455 4.2.1 {section} has it"
        value = _header(got, name, expected)
        if wanted.lower() not in [item.strip().lower() for item in value.split(",")]:
            raise Unmet(expected, f"'{name}: {value}'", got=got)


@upgrade_request.behaviour("Its key is 16 bytes in base64, and never the same again")
async def fresh_key(room: ClientRoom) -> None:
    expected = "a Sec-WebSocket-Key that decodes from base64 to 16 bytes"
    keys = []
    for _ in range(2):
        got = await _written(room, HOST, PATH)
        keys.append(_header(got, "Sec-WebSocket-Key", expected))
        try:
            octets = len(base64.b64decode(keys[-1], validate=True))
        except binascii.Error:
            raise Unmet(expected, f"no base64: {say(keys[-1])}", got=got) from None
        if octets != 16:
            raise Unmet(expected, f"{DECODED}{octets} bytes", got=got)
    if keys[0] == keys[1]:
        raise Unmet("another key in the second request", AGAIN, got=got)


@upgrade_request.behaviour("A real server answers it with 101 Switching Protocols")
async def upgraded(room: ClientRoom) -> None:
    stage = await room.serve()
    got = await _written(room, f"{stage.host}:{stage.port}", PATH)
    try:
        answer = (await room.raw(stage, got)).decode("latin-1").splitlines()[0]
    except Unmet as unmet:
        answer = "nothing, for 1 s" if unmet.silent else "no answer: the server hung up"
    if answer != SWITCHED:
        raise Unmet(SWITCHED, answer)
