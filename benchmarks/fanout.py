"""One message to many clients: how fast, and what one bad client does to the others.

    python benchmarks/fanout.py [--quick] [FOLDER]

All peers in one run, in turn, each server in a process of its own and the load in this one. Prints
tables with ratios, and writes a picture of each scenario to FOLDER, `artifacts/` if not given. A
full run takes one to two minutes. Lesson 03 makes a quick one: `small()`, then the pictures.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Plan:
    """How much of each scenario; the arguments of the functions in `fanout_scenarios`."""

    sizes: tuple[int, ...]
    rounds: int
    stalled: tuple[int, int, float]  # clients, messages, messages a second
    churn: tuple[int, int, float]  # clients who stay, joins a second, seconds


FULL = Plan((10, 30, 100, 300, 1000), 51, (100, 150, 10), (50, 200, 20))
QUICK = Plan((10, 40, 160), 9, (20, 90, 30), (20, 100, 2))
SIZE = 65_536  # bytes in a message, where one client stalls
SCENARIOS = ("growth", "one stalls", "come and go")


def run(plan: Plan, progress: Callable[[str, float], None]) -> dict[str, Any]:
    """All three scenarios. `progress` is told which, and how far it is, 0 to 1."""
    from benchmarks import fanout_scenarios as scenarios

    raise_file_limit()
    growth, stalled, churn = (lambda part, name=name: progress(name, part) for name in SCENARIOS)
    return {
        "growth": scenarios.growth(plan.sizes, plan.rounds, growth),
        "stalled": scenarios.stalled(*plan.stalled, SIZE, stalled),
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
    done = int(part * 30)
    print(f"\r{scenario:12} [{'#' * done}{'.' * (30 - done)}]", end="", flush=True)


def tell(scenario: str, part: float) -> None:
    """The progress for another process: a line for each step that can be seen."""
    _say_once(json.dumps([scenario, round(part * 30) / 30]))


@functools.cache
def _say_once(line: str) -> None:
    print(line, flush=True)


def ratio(results: dict[str, Any], name: str, base: str, index: int = -1) -> float:
    """The median of the ratios round by round: what slows the machine slows both."""
    pairs = zip(results["ms"][name][index], results["ms"][base][index], strict=True)
    return statistics.median(ms / base_ms for ms, base_ms in pairs)


def tables(results: dict[str, Any]) -> str:
    """Everything as text."""
    growth, lines = results["growth"], []
    sizes = growth["sizes"]
    lines.append("Until the last client has a message: median ms")
    lines.append(f"{'clients':22}" + "".join(f"{size:>8}" for size in sizes))
    lines[-1] += f"{'/naive':>10}{'/websockets':>13}{'CPU us each':>13}   (all at {sizes[-1]})"
    for name, rounds in growth["ms"].items():
        row = "".join(f"{statistics.median(ms):8.2f}" for ms in rounds)
        to = (ratio(growth, name, base) for base in ("naive loop", "websockets.broadcast"))
        row += "{:10.2f}{:13.2f}".format(*to) + f"{growth['cpu_us'].get(name, math.nan):13.1f}"
        lines.append(f"{name:22}{row}")

    lines.append(f"\nOne client stops reading, messages of {SIZE} bytes")
    lines.append(f"{'':22}{'sent':>6}{'all others have':>17}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>7}")
    for one in results["stalled"]:
        lines.append(
            f"{one['label']:22}{one['sent']:6}{len(one['all_had']):17}{one['p50_ms']:9.1f}"
            f"{one['p99_ms']:9.1f}{max(mib for _, mib in one['memory']):7.1f}"
        )

    lines.append("\nClients come and go; of those who stay")
    columns = ("stayers", "joins", "refused", "sent", "lost", "twice", "disordered", "cut", "gaps")
    lines.append(f"{'':22}" + "".join(f"{column:>11}" for column in columns) + f"{'joins/s':>9}")
    for one in results["churn"]:
        row = "".join(f"{one[column]:11}" for column in columns) + f"{one['rate']:9.0f}"
        lines.append(f"{one['label']:22}{row}")
    return "\n".join(lines)


def reach(results: dict[str, Any]) -> list[tuple[str, float, float]]:
    """What the hub is meant to reach: the claim, what was measured, the most it may be."""
    growth = results["growth"]
    least, most = growth["sizes"][0], growth["sizes"][-1]
    # Sizes are measured one after another, and the machine may be busier then. What raw TCP does
    # is linear in itself, and was measured in the same moments: who keeps up with it is linear.
    first, last = (ratio(growth, "hub", "raw TCP", index) for index in (0, -1))
    runs = {one["label"]: one for one in results["stalled"]}
    stalled, calm = runs["hub"], runs["hub, nobody stalls"]
    churn = results["churn"][0]
    kept = (64 + 1) * SIZE / 2**20
    return [
        (f"{most} clients, to the naive loop", ratio(growth, "hub", "naive loop"), 1.1),
        (f"{most} clients, to websockets", ratio(growth, "hub", "websockets.broadcast"), 1.4),
        (f"growth, {least} to {most}, to raw TCP's", last / first, 1),
        ("one stalls: not delivered, %", 100 * (1 - stalled["delivered"]), 0),
        ("one stalls: p99, to nobody stalls", stalled["p99_ms"] / calm["p99_ms"], 2),
        # A backlog of 64 and one under way; beside it, what serving costs with nobody stalled.
        ("one stalls: memory, MiB", max(m for _, m in stalled["memory"]), kept + 2),
        ("come and go: lost, twice, disordered", churn["lost"] + churn["twice"], 0),
        ("come and go: order or innocents lost", churn["disordered"] + churn["cut"], 0),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", default=ROOT / "artifacts", type=Path)
    parser.add_argument("--quick", action="store_true", help="less of everything, 10 seconds")
    parser.add_argument("--json", action="store_true", help="results as JSON, and no pictures")
    options = parser.parse_args()
    results = run(QUICK if options.quick else FULL, tell if options.json else show)
    if options.json:
        print(json.dumps(results))
        return
    print(f"\r{'':50}\r{tables(results)}\n")
    for claim, measured, bound in reach(results):
        print(f"{claim:40}{measured:8.2f}  {'within' if measured <= bound else 'OVER'} {bound:g}")

    from benchmarks import fanout_plots as plots

    options.folder.mkdir(parents=True, exist_ok=True)
    for name in ("growth", "stalled", "churn"):
        file = options.folder / f"fanout-{name}.png"
        getattr(plots, name)(results[name]).savefig(file, dpi=120)
        print(file)


if __name__ == "__main__":
    main()
