"""Processor time, as Linux tells it: of the callers, of gunicorn, of the database server."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")


class Costs(NamedTuple):
    """Seconds of processor time."""

    callers: float
    workers: float
    server: float


class Meter:
    """Reads what has been used up so far. `server` is the number of PostgreSQL's main process,
    `workers` that of gunicorn's."""

    def __init__(self, server: int | None = None, workers: int | None = None) -> None:
        self.server, self.workers = server, workers

    def read(self) -> Costs:
        """Callers: the children of this process that have ended."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Costs(used.ru_utime + used.ru_stime, _family(self.workers), _family(self.server))

    def since(self, before: Costs) -> Costs:
        return Costs(*(now - then for now, then in zip(self.read(), before, strict=True)))


def _family(main: int | None) -> float:
    """A process, its children that live, and its children that have ended."""
    if main is None:
        return 0.0
    living = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return (_used(main, with_ended=True) + sum(_used(int(child)) for child in living)) / _TICK


def _used(process: int, *, with_ended: bool = False) -> int:
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return 0  # ended since: its parent tells it next time
    fields = told.rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_ended else 13]))
