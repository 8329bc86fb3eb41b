"""How a report reads, as text and as HTML."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from fastapi import WebSocket

from tests.check.answers import app_of, echo_exercise, right
from ws101.check import Verdict
from ws101.check.places import Place, trace
from ws101.check.report import Report
from ws101.check.verdicts import Finding, Result, State


async def no_prefix(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)


def normal(text):
    """Times, ports and line numbers taken out."""
    text = re.sub(r"\d+\.\d+( s\b)?", r"0.0\1", text)
    return re.sub(r"\bline \d+\b|(?<=→ )\s*\d+|(?m:^\s+\d+(?=  ))", "N", text)


@pytest.fixture(scope="module")
def failed():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WS101_PROGRESS", "/nonexistent")
        return echo_exercise()(app_of(no_prefix))


def test_the_text_of_a_failure(failed):
    assert normal(failed.summary()) == normal("""\
FAILED  tried  (0.1 s)
  1 of 2 behaviours hold.

  ✘ a text comes back
  ✔ the handler ends quietly

✘ a text comes back
    Done            ana asked to connect to /ws; ana sent 'hi'
    Expected        'You said: hi', to ana, within 1 s
    Came            'hi'
    Sent by         line 1 of test_report.py
         10      await ws.accept()
         11      async for text in ws.iter_text():
      →  12          await ws.send_text(text)

Stuck? check.tried.hint()""")


def test_the_conversation_is_in_the_long_text(failed):
    text = str(failed)
    assert repr(failed) == text
    assert re.search(r"ana → server  GET /ws  asks for WebSocket", text)
    assert re.search(r"ana → server  text  2 B  “hi”", text)
    assert re.search(r"ana ← server  text  2 B  “hi”", text)
    assert "close" not in text  # it shows what was seen when it failed, not how it was tidied up


class Outline(HTMLParser):
    """Checks nesting, and notes tags and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "progress", "line", "path", "rect", "circle", "use", "stop"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self.open and tag in self.open:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def test_the_html_says_all_that_the_text_says(failed):
    outline = Outline(failed._repr_html_())
    for words in (
        "Failed",
        "a text comes back does not hold",
        "the handler ends quietly holds",
        "'You said: hi', to ana, within 1 s",
        "Sent by",
        "await ws.send_text(text)",
        "What went over the wire",
        "check.tried.hint()",
    ):
        assert words in outline.text, words


def test_the_html_runs_nothing_and_loads_nothing(failed):
    tags = Outline(failed._repr_html_()).tags
    assert not [tag for tag, _ in tags if tag in ("script", "link", "iframe", "img")]
    assert not [a for _, attributes in tags for a in attributes if a.startswith("on")]
    assert "://" not in failed._repr_html_().replace("http://www.w3.org", "")


def test_what_a_learner_wrote_cannot_become_html():
    finding = Finding(
        Verdict.RAISED,
        "Your code raised ValueError: <script>alert(1)</script>.",
        facts=[("Came", "<b>")],
        where="Raised at",
        place=Place("<i>", 1, "x = '<u>'"),
        trace=["<u>", "<s>"],
    )
    result = Result("<em>", State.BROKEN, finding)
    page = Report("x", "<h1>", Verdict.RAISED, finding.says, [result], ["<p>"], ["<q>"])
    html = page._repr_html_()
    for tag in ("script", "b", "i", "u", "s", "em", "h1", "q"):
        assert f"&lt;{tag}&gt;" in html
    assert "<script" not in html


def test_each_verdict_is_a_word_and_not_a_colour():
    for verdict in Verdict:
        html = Report("x", "X", verdict)._repr_html_()
        assert f"<strong>{verdict.capitalize()}</strong>" in html


def luminance(colour):
    """Relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "dim", "good", "bad", "open"])
def test_text_stands_out_from_its_paper(name, theme):
    style = files("ws101.check").joinpath("style.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): light-dark\((#\w{6}, #\w{6})\)", style))
    for paper in ("paper", "soft"):
        pair = [luminance(colours[key].split(", ")[theme]) for key in (name, paper)]
        assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_the_same_fault_is_told_once():
    place = Place("answer.py", 7, "x")
    first, second = (
        Finding(
            Verdict.RAISED, "It raised.", facts=[("Came", word)], where="Raised at", place=place
        )
        for word in ("one", "two")
    )
    results = [Result("a", State.BROKEN, first), Result("b", State.BROKEN, second)]
    report = Report("x", "X", Verdict.RAISED, "It raised.", results)
    assert report.facts(second) == [("Came", "two"), ("Cause", "The same as above.")]
    assert report.summary().count("line 7 of answer.py") == 1


def test_two_faults_that_are_equal_are_told_once_too():
    first, second = (Finding(Verdict.RAISED, "It raised.", [("Came", "x")]) for _ in range(2))
    results = [Result("a", State.BROKEN, first), Result("b", State.BROKEN, second)]
    report = Report("x", "X", Verdict.RAISED, "It raised.", results)
    assert not report.repeats(first)
    assert report.repeats(second)


def test_a_long_trace_is_cut_in_the_middle():
    lines = trace([Place("answer.py", n, f"call_{n}()") for n in range(1, 41)])
    assert len(lines) == 13
    assert lines[6] == "… 28 lines between"
    assert lines[-1] == "line 40 of answer.py: call_40()"


def test_a_pass_is_short():
    report = echo_exercise()(app_of(right))
    assert normal(str(report)) == normal("""\
PASSED  tried  (0.1 s)
  2 of 2 behaviours hold.

  ✔ a text comes back
  ✔ the handler ends quietly""")
