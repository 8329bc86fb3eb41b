"""What a learner has done is kept, whatever happens to the file."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ws101 import course
from ws101.course import parse
from ws101.progress import file, passed, progress, remember

MANIFEST = """
[[lesson]]
id = "00_one"
title = "One"
question = "Is it?"
minutes = { read = 1, do = 1 }

[[lesson]]
id = "01_two"
title = "Two <b>"
question = "Are they?"
minutes = { read = 1, do = 1 }
exercises = { echo = "Echo with a prefix", kinds = "Kinds" }
"""


@pytest.fixture(autouse=True)
def record(tmp_path, monkeypatch):
    monkeypatch.setenv("WS101_PROGRESS", str(tmp_path / "deep" / "progress.jsonl"))
    monkeypatch.setattr(course, "lessons", lambda: parse(MANIFEST))
    return tmp_path / "deep" / "progress.jsonl"


def test_it_is_remembered_once_with_its_time(record):
    assert passed() == {}
    remember("echo")
    first = passed()["echo"]
    remember("echo")
    assert passed() == {"echo": first}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", first)
    assert len(record.read_text().splitlines()) == 1


def test_a_file_that_was_cut_off_loses_no_other_line(record):
    for name in ("echo", "kinds"):
        remember(name)
    record.write_bytes(record.read_bytes()[:-20])
    assert list(passed()) == ["echo"]
    assert "this cannot be read, and is left there as it is" in str(progress())
    cut_off = record.read_bytes().splitlines()[-1]
    remember("kinds")
    assert sorted(passed()) == ["echo", "kinds"]
    assert cut_off in record.read_bytes().splitlines(), "it is kept, not lost in silence"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00garbage", b"[1, 2]\n{}\nnull\n", b"\x00" * 100])
def test_a_file_full_of_something_else(record, content):
    record.parent.mkdir()
    record.write_bytes(content)
    remember("echo")
    assert list(passed()) == ["echo"]
    assert record.read_bytes().startswith(content)
    assert "cannot be read" in progress()._repr_html_()


def test_two_notebooks_at_once(record):
    program = (
        "import sys\nfrom ws101.progress import remember\n"
        "sys.stdin.readline()\nfor n in range(100): remember(f'{sys.argv[1]}-{n}')"
    )
    notebooks = [
        subprocess.Popen([sys.executable, "-c", program, name], stdin=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for notebook in notebooks:
        notebook.stdin.write(b"\n")
        notebook.stdin.flush()
    for notebook in notebooks:
        notebook.communicate(timeout=60)
        assert notebook.returncode == 0
    assert sorted(passed()) == sorted(f"{name}-{n}" for name in "abc" for n in range(100))
    assert progress().unreadable == []


def test_two_threads_at_once():
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(remember, [f"x{n}" for n in range(200)]))
    assert len(passed()) == 200


def test_the_text_shows_the_course_what_is_done_and_what_is_next():
    remember("echo")
    remember("of another course")
    assert str(progress()) == (
        "[##########..........] 1 of 2 exercises passed\n\n"
        "00 One: Is it?\n"
        "01 Two <b>: Are they?\n"
        "   ✔ passed Echo with a prefix\n"
        "   ○ open   Kinds\n\n"
        "Next: Kinds, in exercises/01_two.ipynb"
    )
    remember("kinds")
    assert "Next" not in str(progress())
    assert progress().next is None


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.links, self.scopes, self.bars, self.text = [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "th":
            self.scopes.append(attributes["scope"])
        if tag == "progress":
            self.bars.append((attributes["value"], attributes["max"]))

    def handle_data(self, data):
        self.text += data


def test_the_table_links_to_each_lesson_and_exercise(monkeypatch):
    monkeypatch.chdir(course.ROOT / "notebooks")
    remember("echo")
    shown = Links(progress()._repr_html_())
    assert shown.links == [
        "00_one.ipynb",
        "01_two.ipynb",
        "../exercises/01_two.ipynb#Echo-with-a-prefix",
        "../exercises/01_two.ipynb#Kinds",
        "../exercises/01_two.ipynb#Kinds",
    ]
    assert shown.bars == [("1", "2")]
    assert "1 of 2 exercises passed" in shown.text, "the bar is not the only one to say so"
    assert shown.scopes == ["col"] * 4 + ["row"] * 2
    for words in ("Two <b>", "✔ passed", "○ open", "1 of 2", "Next: Kinds"):
        assert words in shown.text


def test_an_empty_course_is_no_error(monkeypatch):
    monkeypatch.setattr(course, "lessons", list)
    assert "0 of 0" in str(progress())
    assert "0 of 0" in progress()._repr_html_()


def test_where_it_is_kept(monkeypatch, tmp_path):
    monkeypatch.delenv("WS101_PROGRESS")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    assert file() == tmp_path / ".progress.jsonl"
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    elsewhere = file()
    assert elsewhere.parent.name == "ws101"
    assert elsewhere.is_relative_to(tmp_path if sys.platform != "darwin" else Path.home())


def test_git_ignores_it():
    ran = subprocess.run(
        ["git", "check-ignore", "--quiet", ".progress.jsonl"], cwd=course.ROOT, timeout=30
    )
    assert ran.returncode == 0


def test_a_line_is_plain_json(record):
    remember("echo")
    assert set(json.loads(record.read_text())) == {"passed", "at"}
