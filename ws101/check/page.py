"""A report as HTML: in light and dark themes, by keyboard and screen reader, with nothing to run.

No colour means anything by itself: each sign and edge has a word beside it. Where a notebook is not
trusted and styles are dropped, what is left is headings and lists in the right order.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files

from ws101.check.outcome import SIGNS, Outcome, excerpt
from ws101.check.verdicts import Finding, Result, State, Verdict


def page(report: Outcome) -> str:
    """The whole report."""
    kind = "good" if report.passed else "bad" if report.findings else "open"
    if report.verdict == Verdict.NOT_ATTEMPTED:
        kind = "open"
    return (
        f"<style>{_style()}</style>"
        f'<section class="ws101-report ws101-{kind}" '
        f'aria-label="Report of check.{escape(report.exercise)}">'
        f"<header><strong>{escape(report.verdict.capitalize())}</strong>"
        f"<span>{escape(report.title)}</span>"
        f"<small>check.{escape(report.exercise)}, {report.seconds:.1f} s</small></header>"
        f"{_paragraph(report.says)}{_behaviours(report)}"
        f"{''.join(_broken(result, report) for result in report.behaviours)}"
        f"{_printed(report)}{''.join(map(_paragraph, report.notes))}"
        f"{_next(report)}</section>"
    )


@cache
def _style() -> str:
    return files("ws101.check").joinpath("style.css").read_text("utf-8")


def _behaviours(report: Outcome) -> str:
    items = "".join(
        f'<li class="ws101-{result.state.name.lower()}"><b aria-hidden="true">'
        f"{SIGNS[result.state]}</b> {_inline(result.title)} <small>{result.state}</small></li>"
        for result in report.behaviours
    )
    return f"<ul>{items}</ul>" if items else ""


def _broken(result: Result, report: Outcome) -> str:
    finding = result.finding
    if finding is None:
        return ""
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{_inline(words)}"
        f"{_excerpt(finding) if label == finding.where else ''}</dd>"
        for label, words in report.facts(finding)
    )
    return f"<h4>{SIGNS[State.BROKEN]} {_inline(result.title)}</h4><dl>{rows}</dl>" + (
        "" if report.repeats(finding) else _trace(finding) + _conversation(finding)
    )


def _excerpt(finding: Finding) -> str:
    lines = excerpt(finding.place) if finding.place else []
    marked = (
        f"<mark>{escape(line)}</mark>" if line.startswith("→") else escape(line) for line in lines
    )
    return f"<pre>{chr(10).join(marked)}</pre>"


def _trace(finding: Finding) -> str:
    if not finding.trace:
        return ""
    return (
        "<details><summary>How it got there, line by line</summary>"
        f"<pre>{escape(chr(10).join(finding.trace))}</pre></details>"
    )


def _conversation(finding: Finding) -> str:
    if finding.conversation is None:
        return ""
    return (
        "<details open><summary>What went over the wire</summary>"
        f"{finding.conversation.html}</details>"
    )


def _printed(report: Outcome) -> str:
    if not report.printed:
        return ""
    text = escape("\n".join(report.printed))
    return f"<details><summary>What your code printed</summary><pre>{text}</pre></details>"


def _next(report: Outcome) -> str:
    words, _, call = report.next_step.partition("check.")
    return _paragraph(f"{words}`check.{call}`") if call else ""


def _paragraph(text: str) -> str:
    return f"<p>{_inline(text)}</p>" if text else ""


def _inline(text: str) -> str:
    """Text with what stands between backquotes as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:  # a backquote without its partner is just a character
        return "`".join(parts)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
