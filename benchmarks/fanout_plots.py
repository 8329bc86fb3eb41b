"""Pictures of what `fanout.py` measured, one for each scenario, as matplotlib figures."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

# Told apart by line and marker as well as by colour, https://jfly.uni-koeln.de/color/, some of them
# darker than there: each has a contrast of 3 to the background, which is white in a dark theme too.
STYLES: dict[str, dict[str, Any]] = {
    "naive loop": {"color": "#d55e00", "linestyle": "--", "marker": "X"},
    "gather": {"color": "#c0629a", "linestyle": "--", "marker": "s"},
    "queue and writer": {"color": "#b27b00", "linestyle": "-.", "marker": "D"},
    "hub": {"color": "#0072b2", "linestyle": "-", "marker": "o", "linewidth": 2.5},
    "hub, nobody stalls": {"color": "#2b8cc4", "linestyle": ":", "marker": "v"},
    "websockets.broadcast": {"color": "#009e73", "linestyle": "-.", "marker": "^"},
    "raw TCP": {"color": "#666666", "linestyle": ":", "marker": "x"},
}


class _Picture(Figure):
    """A figure that a notebook shows, be `matplotlib.pyplot` imported there or not."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=100)
        return file.getvalue()


def _figure(rows: int = 1) -> tuple[Figure, Any]:
    figure = _Picture(figsize=(8, 3 * rows + 0.8), layout="constrained", facecolor="white")
    axes = figure.subplots(rows, sharex=True)
    for axis in [axes] if rows == 1 else axes:
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def growth(results: dict[str, Any]) -> Figure:
    """Milliseconds until the last client has a message, against their number."""
    figure, axis = _figure()
    sizes = results["sizes"]
    for name, rounds in results["ms"].items():
        axis.loglog(sizes, [min(ms) for ms in rounds], label=name, **STYLES[name])
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.minorticks_off()
    axis.set(xlabel="clients", ylabel="until the last has it, ms")
    axis.set_title("One message to many: the quickest of several rounds", loc="left")
    axis.legend(frameon=False)
    return figure


def stalled(results: list[dict[str, Any]]) -> Figure:
    """One client of many stops reading: what the others get, and what the server keeps."""
    figure, (top, bottom) = _figure(2)
    for turn, run in enumerate(results):
        style = STYLES[run["label"]] | {"markevery": (0.03 * turn, 0.2)}  # where lines coincide
        end, _ = run["memory"][-1]
        had = [(seconds, count) for count, seconds in enumerate(run["all_had"], 1)]
        top.plot(*zip(*had, (end, len(had)), strict=True), label=run["label"], **style)
        bottom.plot(*zip(*run["memory"], strict=True), **style)
    top.set(ylabel="messages that all others have")
    top.set_title("One client stops reading", loc="left")
    top.legend(frameon=False)
    bottom.set(ylabel="server's memory, MiB more", xlabel="seconds")
    return figure


def churn(results: list[dict[str, Any]]) -> Figure:
    """Clients come and go all the time: how many of those who stay got each message."""
    figure, axis = _figure()
    for run in results:
        seconds = [number / run["talk"] for number in range(run["sent"])]
        style = STYLES[run["label"]] | {"markevery": 0.1}
        axis.plot(seconds, [100 * part for part in run["heard_by"]], label=run["label"], **style)
    joined = results[0]["joins"]
    axis.set(xlabel="seconds", ylabel="got the message, %", ylim=(-3, 103))
    axis.set_title(f"Those who stay, while {joined} others come and go", loc="left")
    axis.legend(frameon=False, loc="center right")
    return figure
