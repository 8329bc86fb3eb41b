"""How a message is quoted in a sentence."""

import pytest

from ws101.check.players import say


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hi", "'hi'"),
        ("", "''"),
        (b"hi", "b'hi'"),
        ("x" * 31, repr("x" * 31)),
        ("x" * 32, "'xxxxxxxx…' (32 characters)"),
        ("x" * 65_536, "'xxxxxxxx…' (65,536 characters)"),
        (b"ab" + b"\0" * 40, r"b'ab\x00\x00\x00\x00\x00\x00\x00\x00…' (42 bytes)"),
        ("7 " + "x" * 65_536, "'7 xxxxxxxx…' (65,538 characters)"),
        ("it's " + "x" * 40, '"it\'s xxxxxxxx…" (45 characters)'),
        ([1, 2], "[1, 2]"),
    ],
)
def test_a_message(value, words):
    assert say(value) == words


def test_a_long_one_without_a_row():
    text = "".join(map(str, range(1000)))
    assert say(text) == f"'{text[:100]}…' (2,890 characters)"


def test_a_long_list():
    assert say(list(range(1000))).endswith(" … (cut)")
