"""One message to many clients: how fast, and what one bad client does to the others.

    python benchmarks/fanout.py [--quick] [FOLDER]

All peers in one run, in turn, each server in a process of its own and the load in this one. Prints
tables with ratios, and writes a picture of each scenario to FOLDER, `artifacts/` if not given. A
full run takes one to two minutes, and ends with 1 if the hub misses what it is meant to reach.
Lesson 03 makes a quick one, `small()`, then the pictures and `words()` on them.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fanout_report import ratio, reach, tables, words

__all__ = ["ratio", "reach", "run", "small", "tables", "words"]

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Plan:
    """How much of each scenario; the arguments of the functions in `fanout_scenarios`."""

    sizes: tuple[int, ...]
    rounds: int
    stalled: tuple[int, int, float]  # clients, messages, messages a second
    churn: tuple[int, int, float]  # clients who stay, joins a second, seconds


FULL = Plan((10, 30, 100, 300, 1000), 51, (100, 150, 10), (50, 200, 20))
QUICK = Plan((10, 40, 160), 15, (10, 80, 75), (20, 150, 0.7))
STEPS = 30  # of a progress bar
SCENARIOS = ("growth", "one stalls", "come and go")


def run(plan: Plan, progress: Callable[[str, float], None]) -> dict[str, Any]:
    """All three scenarios. `progress` is told which, and how far it is, 0 to 1, in `STEPS`."""
    from benchmarks import fanout_scenarios as scenarios

    raise_file_limit()
    once = functools.cache(progress)
    growth, stalled, churn = (
        lambda part, name=name: once(name, round(part * STEPS) / STEPS) for name in SCENARIOS
    )
    return {
        "growth": scenarios.growth(plan.sizes, plan.rounds, growth),
        "stalled": scenarios.stalled(*plan.stalled, stalled),
        "churn": scenarios.churn(("hub", "naive loop"), *plan.churn, churn),
    }


def raise_file_limit() -> None:
    """Each client is an open file, on either side: ask for as many as are allowed."""
    try:
        import resource
    except ImportError:
        return  # Windows, where there is no such limit
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))


def small(within: float = 60.0) -> dict[str, Any]:
    """A quick run in a process of its own, with a progress bar. Results are those of `run`.

    Args:
        within: seconds until it is given up.

    Raises:
        RuntimeError: it failed or took too long; the message has its last words.
    """
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, __file__, "--quick", "--json"],
        env=os.environ | {"PYTHONPATH": paths},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    limit = threading.Timer(within, process.kill)
    limit.start()
    said = []
    try:
        for line in process.stdout:
            if line.startswith('{"growth"'):
                print()
                return json.loads(line)
            if line.startswith("["):
                show(*json.loads(line))
            else:
                said.append(line)
        code = process.wait()
        raise RuntimeError(f"The benchmark ended with {code}. It said: {''.join(said[-20:])}")
    finally:
        limit.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def show(scenario: str, part: float) -> None:
    """A progress bar: the line is written over, in a terminal and in a notebook."""
    done = round(part * STEPS)
    print(f"\r{scenario:12} [{'#' * done}{'.' * (STEPS - done)}]", end="", flush=True)


def tell(scenario: str, part: float) -> None:
    """The progress for another process: a line of JSON."""
    print(json.dumps([scenario, part]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=ROOT / "artifacts", type=Path)
    parser.add_argument("--quick", action="store_true", help="less of everything, 5 seconds")
    parser.add_argument("--json", action="store_true", help="results as JSON, and no pictures")
    options = parser.parse_args()
    results = run(QUICK if options.quick else FULL, tell if options.json else show)
    if options.json:
        print(json.dumps(results))
        return
    print(f"\r{'':50}\r{tables(results)}\n")
    missed = 0
    for claim, measured, bound in reach(results):
        missed += measured > bound
        print(f"{claim:44}{measured:8.2f}  {'within' if measured <= bound else 'OVER'} {bound:g}")

    from benchmarks import fanout_plots as plots

    options.folder.mkdir(parents=True, exist_ok=True)
    for name in ("growth", "stalled", "churn"):
        file = options.folder / f"fanout-{name}.png"
        getattr(plots, name)(results[name]).savefig(file, dpi=120)
        print(file)
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
