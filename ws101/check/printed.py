"""What the learner's code printed, fit for a report: its own lines, by the names used there."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

from ws101.check import places
from ws101.logs import Log

LINES = 20  # in a report

_FRAME = re.compile(r'(?P<lead>[\s|]*)File "(?P<file>[^"]+)", line (?P<line>\d+)')
_WARNING = re.compile(r"(?P<file>\S.*?):(?P<line>\d+): (?=\w*Warning: )")
_ADVICE = "Enable tracemalloc"  # behind a warning, and of no help here


class Printed(Log):
    """What the learner's code prints, without what the server logs of itself."""

    def record(self, record: logging.LogRecord) -> None:
        """Leave it out: the report says what was raised, and where."""

    def newest(self) -> list[str]:
        """The newest lines. If there were more, the first says how many are left out."""
        lines = list(_tidy(line for line in self if _ADVICE not in line))
        left_out = self.dropped + max(0, len(lines) - LINES)
        return [f"… {left_out:,} earlier lines"] * (left_out > 0) + lines[-LINES:]


def _tidy(lines: Iterable[str]) -> Iterator[str]:
    """Lines without the frames of libraries in their tracebacks, and with cells by their number."""
    lead = ""  # of the library's frame that is left out now
    skipped = 0
    for line in lines:
        frame = _FRAME.match(line)
        if frame and not places.own(frame["file"]):
            lead = frame["lead"]
            skipped += 1
        elif skipped and not frame and line.startswith((f"{lead}  ", f"{lead}[")):
            pass  # its source, or how often it repeats
        else:
            if skipped:
                yield _left_out(lead, skipped)
            skipped = 0
            yield _named(line)
    if skipped:
        yield _left_out(lead, skipped)


def _left_out(lead: str, frames: int) -> str:
    return f"{lead}… {frames} {'frame' if frames == 1 else 'frames'} of libraries …"


def _named(line: str) -> str:
    """A line that names a file, with the name that the report uses."""
    if frame := _FRAME.match(line):
        file = places.label(frame["file"])
        return f'{frame["lead"]}File "{file}", line {frame["line"]}{line[frame.end() :]}'
    if warning := _WARNING.match(line):
        return f"line {warning['line']} of {places.label(warning['file'])}: {line[warning.end() :]}"
    return line
