"""Exercises that answer back: `check.echo(app)` tries an answer and says what happened.

A check serves the learner's app for real, in a thread of its own, and drives it with real clients.
It answers within 10 s, whatever the code does; a crowded machine may need longer. A report has one
of seven verdicts:

- not attempted: the line that holds the place for the answer was reached. That line is Python's
  own word for "still to be written", `raise NotImplementedError`, raised by a line of the learner's
  and not by a library; where a value is asked for, it is `...`. So code that is half written and
  still has that line is not attempted yet, and code that has replaced it is.
- passed: every behaviour holds.
- failed: something else came than should, or nothing.
- raised: the learner's code raised an exception.
- blocked: the learner's code held its event loop for 0.8 s.
- timed out: the learner's code stands at an await that does not end.
- not gradable: it is not what was asked for, or has to be made anew.

What no thread can survive is a C function that keeps the interpreter to itself, such as
`sum(range(10**12))`: until it returns nothing else runs in the kernel, its stop button included.

Arrows run one way:

    exercises -> exercise -> running -> explain -> rooms -> players -> crowd
    exercise -> definition -> kinds -> apps, clients, calls -> rooms
    apps -> hosting -> probe -> places
    exercise -> slips -> goodbyes -> case -> probe, syntax, verdicts
    report -> text, page -> outcome -> verdicts -> places
"""

from __future__ import annotations

import difflib
from typing import NoReturn

from ws101.check import missing
from ws101.check.exercise import Exercise
from ws101.check.exercises.lesson_00 import egg_timer, greet_all
from ws101.check.exercises.lesson_01 import accept_key
from ws101.check.exercises.lesson_01_frames import decode_frame
from ws101.check.exercises.lesson_01_refuse import refuse
from ws101.check.exercises.lesson_01_request import upgrade_request
from ws101.check.exercises.lesson_02 import echo
from ws101.check.exercises.lesson_02_address import address
from ws101.check.exercises.lesson_02_kinds import echo_kinds
from ws101.check.exercises.lesson_02_listener import listener
from ws101.check.exercises.lesson_03 import manager
from ws101.check.exercises.lesson_03_bad import bad_message
from ws101.check.exercises.lesson_03_midway import midway
from ws101.check.exercises.lesson_03_slow import slow_client
from ws101.check.exercises.lesson_04 import latecomer
from ws101.check.exercises.lesson_04_client import switch
from ws101.check.exercises.lesson_04_json import toggle_json
from ws101.check.exercises.lesson_04_versions import compare_and_set
from ws101.check.exercises.lesson_05 import answering
from ws101.check.exercises.lesson_05_backoff import backoff
from ws101.check.exercises.lesson_05_resume import resume
from ws101.check.exercises.lesson_05_silent import drop_silent
from ws101.check.report import Report
from ws101.check.verdicts import Verdict

missing.watch()

__all__ = [
    "Exercise",
    "Report",
    "Verdict",
    "accept_key",
    "address",
    "answering",
    "backoff",
    "bad_message",
    "compare_and_set",
    "decode_frame",
    "drop_silent",
    "echo",
    "echo_kinds",
    "egg_timer",
    "greet_all",
    "latecomer",
    "listener",
    "manager",
    "midway",
    "refuse",
    "resume",
    "slow_client",
    "switch",
    "toggle_json",
    "upgrade_request",
]


def __getattr__(name: str) -> NoReturn:
    exercises = [key for key, value in globals().items() if isinstance(value, Exercise)]
    near = difflib.get_close_matches(name, exercises, n=1, cutoff=0.4)
    guess = f" Did you mean check.{near[0]}?" if near else ""
    raise AttributeError(f"There is no check.{name}.{guess} There are: {', '.join(exercises)}")
