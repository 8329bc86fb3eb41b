"""The picture: well-formed, harmless whatever was sent, folded, readable in both themes."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from tests.wire.test_vectors import shaken
from tests.wire.vectors import frame
from ws101.wire.conversation import Conversation
from ws101.wire.html import CLIENTS, picture
from ws101.wire.rows import MOST, Fold, fold
from ws101.wire.text import transcript

VOID = {"br", "img", "link", "meta", "hr", "input"}


class Page(HTMLParser):
    """Checks that tags are balanced, and collects what a test asks for."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def having(self, name: str) -> list[str]:
        """The tags of this class."""
        return [tag for tag, attrs in self.tags if name in (attrs.get("class") or "").split()]


class Talk:
    """Conversations made up of bytes, without a socket."""

    def __init__(self, clients: int = 1) -> None:
        self.title = "A talk"
        self.clock = 0.0
        self.sides = [shaken(Conversation(number + 1)) for number in range(clients)]
        self.events = [event for side in self.sides for event in side.handshake]
        self.names = {number + 1: f"client {number + 1}" for number in range(clients)}

    def add(self, what: str, data: bytes = b"", client: int = 0) -> Talk:
        self.clock += 0.001
        self.events += self.sides[client].feed(self.clock, what, data)
        return self

    def page(self) -> Page:
        return Page(picture(self.title, self.events, self.names))

    def lines(self) -> list[str]:
        return transcript("A talk", self.events, self.names).splitlines()


def everything() -> Talk:
    """One of each: what can happen on a wire."""
    talk = Talk(2)
    talk.add("client", frame(1, b"Hello", mask=True)).add("server", frame(1, b"Hello"))
    talk.add("server", frame(2, bytes(range(256)))).add("server", frame(9, b"?"))
    talk.add("client", frame(1, b"He", mask=True, first=0)).add("client", frame(0, b"y", mask=True))
    talk.add("client", frame(1, b"no mask")).add("client", frame(3, b"", mask=True))
    talk.add("server", frame(8, b"\x0f\xa0enough")).add("client", frame(8, b"\x0f\xa0", mask=True))
    talk.add("close").add("lost")
    talk.add("client", b"\x81", client=1).add("lost", b"ConnectionResetError: gone", client=1)
    return talk


def test_everything_is_drawn_and_well_formed():
    talk = everything()
    page = talk.page()
    rows = page.having("w101-row")
    assert len(rows) == len(talk.events) == len(talk.lines()) - 1
    for kind in ("handshake", "text", "binary", "ping", "close", "broken", "end"):
        assert page.having(f"w101-{kind}"), kind
    assert page.having("w101-torn")
    # Each row has a sentence to be read out, and opens.
    assert [tag for tag, _ in page.tags].count("summary") == len(rows)
    assert len(page.having("w101-detail")) == len(rows)


HARM = '<img src=x onerror="alert(1)">&amp;</pre></details>'


@pytest.mark.parametrize(
    "where", ["text", "binary", "reason", "header", "target", "name", "title", "http"]
)
def test_what_was_sent_cannot_become_markup(where):
    talk = Talk()
    match where:
        case "text" | "binary":
            talk.add("client", frame(1 if where == "text" else 2, HARM.encode(), mask=True))
        case "reason":
            talk.add("server", frame(8, b"\x03\xe8" + HARM.encode()))
        case "name":
            talk.names[1] = HARM
        case "title":
            talk.title = HARM
        case "http":
            talk.sides[0] = Conversation(1)
            talk.add("client", HARM.encode() + b"\r\n\r\n")
        case _:
            talk.sides[0] = Conversation(1)
            target = HARM.replace(" ", "") if where == "target" else "/"
            head = f"GET {target} HTTP/1.1\r\nUpgrade: websocket\r\nOrigin: {HARM}\r\n\r\n"
            talk.add("client", head.encode())
    page = talk.page()
    assert "img" not in {tag for tag, _ in page.tags}
    assert "<img" in page.text


def test_nothing_is_loaded_and_nothing_runs():
    page = everything().page()
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    style = files("ws101.wire").joinpath("style.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style
    targets = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert targets
    assert all(target.startswith("https://www.rfc-editor.org/rfc/") for target in targets)


def test_secrets_of_a_hub_are_not_drawn():
    talk = Talk()
    talk.sides[0] = Conversation(1)
    talk.add(
        "client",
        b"GET / HTTP/1.1\r\nHost: a\r\nauthorization: token abc123\r\n"
        b"Cookie: session=def456; _xsrf=2|789; bare\r\n\r\n",
    )
    page = talk.page()
    assert not re.search("abc123|def456|789|bare", page.text)
    assert "authorization: token …" in page.text
    assert "Cookie: session=…; _xsrf=…; …" in page.text
    assert talk.events[-1].get("Cookie") == "session=def456; _xsrf=2|789; bare"


# Folding


def flood(count: int, clients: int = 1) -> Talk:
    """A client sends, and everybody gets it: `count` times."""
    talk = Talk(clients)
    for number in range(count):
        text = b"message %d" % number
        talk.add("client", frame(1, text, mask=True))
        for client in range(clients):
            talk.add("server", frame(1, text), client)
    return talk


@pytest.mark.parametrize(("count", "clients"), [(250, 1), (125, 3), (40, 20)])
def test_repeats_are_folded(count, clients):
    talk = flood(count, clients)
    rows = fold(talk.events)
    *_, folded = folds = [row for row in rows if isinstance(row, Fold)]
    assert len(rows) <= MOST
    hidden = sum(len(row.events) for row in folds)
    assert hidden + len(rows) - len(folds) == len(talk.events)
    at = rows.index(folded) + 1
    lines = talk.lines()
    more = f"… {len(folded.events):,} more like this"
    assert f"{more}: " in lines[at]
    assert "message 0" in "\n".join(lines[:at])
    assert f"message {count - 1}" in lines[-1]
    page = talk.page()
    assert more in page.text
    assert len(page.having("w101-row")) == len(rows)


def test_what_is_out_of_the_ordinary_is_not_folded():
    talk = flood(250)
    talk.add("client", frame(1, b"no mask"))
    for number in range(250):
        talk.add("client", frame(1, b"later %d" % number, mask=True))
    talk.add("lost", b"ConnectionResetError: gone")
    lines = talk.lines()
    assert len(lines) < MOST
    assert sum("more like this" in line for line in lines) == 2
    assert any("broken rule" in line for line in lines)
    assert "vanished" in lines[-1]


def test_irregular_traffic_stays_readable():
    """No pattern repeats: the middle of it is folded all the same, and nothing is lost."""
    talk = Talk(5)
    state = 1
    for _ in range(2000):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        opcode = 1 + (state >> 16) % 2
        client = (state >> 20) % 5
        if state >> 25 & 1:
            talk.add("client", frame(opcode, b"x", mask=True), client)
        else:
            talk.add("server", frame(opcode, b"x"), client)
    rows = fold(talk.events)
    assert len(rows) <= MOST + 10
    hidden = sum(len(row.events) for row in rows if isinstance(row, Fold))
    assert hidden + sum(not isinstance(row, Fold) for row in rows) == len(talk.events)
    assert rows[-1] is talk.events[-1]


def test_many_clients_that_come_and_go():
    talk = Talk(300)
    for client in range(300):
        talk.add("client", frame(8, mask=True), client).add("server", frame(8), client)
        talk.add("close", client=client).add("lost", client=client)
    rows = fold(talk.events)
    assert [len(row.events) for row in rows if isinstance(row, Fold)] == [596, 894]
    assert rows[-1] is talk.events[-1]


def test_a_short_talk_is_not_folded():
    talk = flood(18)
    assert fold(talk.events) == talk.events


def test_a_picture_stays_small():
    """Half a megabyte at most, with 20,000 events, or with messages of a megabyte each."""
    assert len(picture("", flood(10_000).events, {1: "a"})) < 500_000
    talk = Talk()
    for letter in b"abcdefgh":
        talk.add("server", frame(1, bytes([letter]) * (1 << 20)))
    assert len(picture("", talk.events, talk.names)) < 500_000


def test_lanes_stay_in_place():
    """In a live view rows come and go; the lanes' order does not depend on them."""
    talk = flood(3, clients=3)
    for first in range(len(talk.events) - 4):
        page = Page(picture("", talk.events[first:], talk.names))
        heads = [attrs["title"] for _, attrs in page.tags if "title" in attrs]
        assert heads == ["server", *sorted(heads[1:])]
        assert len(heads) >= 3


def test_more_clients_than_lanes():
    talk = flood(1, clients=CLIENTS + 5)
    page = talk.page()
    assert "6 more clients" in page.text
    assert len(page.having("w101-who")) == 6 * 3  # handshake and answer, and the message
    assert f"client {CLIENTS + 5}" in page.text


# Colours


def palette(theme: int) -> dict[str, str]:
    """The style's colours, by name: of the light theme (0), or of the dark one (1)."""
    style = files("ws101.wire").joinpath("style.css").read_text("utf-8")
    found = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", style)
    return {name: colours[theme] for name, *colours in found}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 (success criterion 1.4.3)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme):
    colours = palette(theme)
    for ground in (colours["paper"], colours["soft"]):
        for name in ("ink", "dim", "handshake", "text", "binary", "close", "broken"):
            assert contrast(colours[name], ground) >= 4.5, name
    assert contrast(colours["life"], colours["paper"]) >= 2.5  # lifelines are no text
    assert contrast(colours["paper"], colours["ink"]) >= 4.5  # the server's name
