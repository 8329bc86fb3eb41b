"""Which cell launched which servers, so that the cell run again replaces its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ws101 import notebook


class Launched(Protocol):
    """What a cell launches: a `Server`."""

    port: int

    def stop(self) -> None:
        """End it, and free its port."""


@dataclass
class Launches:
    """What one run of a cell has launched so far.

    Attributes:
        run: which run, as `notebook.cell` names it.
        servers: in order.
        ports: those of the run before, in order.
    """

    run: str
    servers: list[Launched] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def next_port(self) -> int | None:
        """The port that the next server of this run had in the run before, if there was one."""
        return next(iter(self.ports[len(self.servers) :]), None)


_by_cell: dict[str, Launches] = {}


def of_this_cell(filename: str) -> Launches | None:
    """The launches of the run that goes on now; `None` outside a notebook.

    The first call in a new run of a cell stops what the run before it launched.
    """
    cell = notebook.cell(filename)
    if cell is None:
        return None
    which, run = cell
    before = _by_cell.get(which)
    if before is None:
        _by_cell[which] = Launches(run)
    elif before.run != run:
        # A run that failed before it launched anything keeps the ports for the one that works.
        ports = [server.port for server in before.servers] or before.ports
        _by_cell[which] = Launches(run, ports=ports)
        for server in before.servers:
            server.stop()
    return _by_cell[which]
