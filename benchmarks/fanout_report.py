"""What `fanout.py` measured, as numbers against bounds, as tables and in sentences."""

from __future__ import annotations

import statistics
from typing import Any


def ratio(growth: dict[str, Any], name: str, base: str) -> float:
    """The median of the rounds' ratios, at the most clients: what slows one slows the other."""
    pairs = zip(growth["ms"][name][-1], growth["ms"][base][-1], strict=True)
    return statistics.median(ms / base_ms for ms, base_ms in pairs)


def _median(growth: dict[str, Any], name: str, index: int = -1) -> float:
    return statistics.median(growth["ms"][name][index])


def _grew(growth: dict[str, Any], name: str) -> float:
    return _median(growth, name) / _median(growth, name, 0)


def _most(stalled: dict[str, Any]) -> float:
    return max(mib for _, mib in stalled["memory"])


def _kept(stalled: dict[str, Any]) -> float:
    """MiB that may be kept for one client: a full backlog, and the message that is under way."""
    return (stalled["bound"] + 1) * stalled["size"] / 2**20


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
        cpu = growth["cpu_us"].get(name)
        row += "{:10.2f}{:13.2f}".format(*to) + (f"{cpu:13.1f}" if cpu else f"{'-':>13}")
        lines.append(f"{name:22}{row}")

    size = results["stalled"][0]["size"]
    lines.append(f"\nOne client stops reading, messages of {size} bytes")
    lines.append(f"{'':22}{'sent':>6}{'all others have':>17}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>7}")
    for one in results["stalled"]:
        lines.append(
            f"{one['label']:22}{one['sent']:6}{len(one['all_had']):17}{one['p50_ms']:9.1f}"
            f"{one['p99_ms']:9.1f}{_most(one):7.1f}"
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
    runs = {one["label"]: one for one in results["stalled"]}
    stalled, calm = runs["hub"], runs["hub, nobody stalls"]
    churn = results["churn"][0]
    return [
        (f"{most} clients, to the naive loop", ratio(growth, "hub", "naive loop"), 1.1),
        (f"{most} clients, to websockets", ratio(growth, "hub", "websockets.broadcast"), 1.4),
        (f"growth, {least} to {most} clients, times", _grew(growth, "hub"), most / least),
        ("one stalls: not delivered, %", 100 * (1 - stalled["delivered"]), 0),
        ("one stalls: p99, to nobody stalls", stalled["p99_ms"] / calm["p99_ms"], 2),
        # Beside what is kept for the one: what serving costs with nobody stalled.
        ("one stalls: memory, MiB", _most(stalled), _kept(stalled) + 2),
        ("come and go: lost, or twice", churn["lost"] + churn["twice"], 0),
        ("come and go: in another order", churn["disordered"], 0),
        ("come and go: cut, though they stayed", churn["cut"], 0),
        ("come and go: gaps for those who only passed", churn["gaps"], 0),
        ("come and go: joins a second, asked to done", churn["asked"] / churn["rate"], 1.05),
    ]


def words(results: dict[str, Any]) -> dict[str, str]:
    """A paragraph for each picture, by its name: growth, stalled, churn."""
    return {
        "growth": _growth(results["growth"]),
        "stalled": _stalled({one["label"]: one for one in results["stalled"]}),
        "churn": _churn(results["churn"]),
    }


def _growth(growth: dict[str, Any]) -> str:
    least, most = growth["sizes"][0], growth["sizes"][-1]
    # The quickest round is the one that the rest of the machine disturbed least.
    first, hub = (min(rounds) for rounds in (growth["ms"]["hub"][0], growth["ms"]["hub"][-1]))
    quickest = {name: min(rounds[-1]) for name, rounds in growth["ms"].items() if name != "hub"}
    others = ", ".join(
        f"{name} {ms:.2f} ms (hub: {hub / ms:.2f} times that)" for name, ms in quickest.items()
    )
    return (
        f"With {most} clients the last one has a message {hub:.2f} ms after it was sent through "
        f"the hub. The others: {others}. From {least} to {most} clients, {most / least:g} times as "
        f"many, the hub's time grew {hub / first:.1f} times. All in the quickest round of each."
    )


def _stalled(runs: dict[str, dict[str, Any]]) -> str:
    hub, calm = runs["hub"], runs["hub, nobody stalls"]
    others = ", ".join(
        f"{label} {len(run['all_had'])}" for label, run in runs.items() if run not in (hub, calm)
    )
    return (
        f"One of {hub['others'] + 1} clients stops reading. Of {hub['sent']} messages all the "
        f"others have, through the hub: {len(hub['all_had'])}; {others}. 99 of 100 deliveries "
        f"through the hub took at most {hub['p99_ms']:.1f} ms, and {calm['p99_ms']:.1f} ms where "
        f"nobody stalls. The hub's process took {_most(hub):.1f} MiB more at most; the backlog of "
        f"one client ends at {hub['bound']} messages, {_kept(hub):.1f} MiB with the one under way."
    )


def _churn(runs: list[dict[str, Any]]) -> str:
    first = runs[0]
    fates = "; ".join(
        f"{run['label']}: {run['lost']} of {run['sent'] * run['stayers']} messages lost, "
        f"{run['twice']} twice, {run['disordered']} clients heard another order, {run['cut']} of "
        f"those who stayed cut off"
        for run in runs
    )
    return (
        f"{first['joins']} clients came and went in {first['seconds']:g} s, "
        f"while {first['stayers']} stayed. {fates[0].upper()}{fates[1:]}."
    )
