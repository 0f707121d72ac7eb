"""What a run of many calls comes to: calls a second, how long single ones took, what they cost.

Processor time (floor/costs.py) is counted beside the clock: it says what the clock says, but
hardly moves when others use the machine too.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.floor.costs import Costs

WARM_CALLS = 12
"""Calls of each client, ours and the floor's, before the clock starts: the driver prepares a
statement when it comes for the sixth time, and the server keeps its plan five times later."""


@dataclass(frozen=True)
class Run:
    """Calls a second; milliseconds of one call at the 50th, 95th and 99th of a hundred; and the
    milliseconds of processor time that one call cost."""

    calls: int
    per_second: float
    p50: float
    p95: float
    p99: float
    caller_cpu: float
    worker_cpu: float
    server_cpu: float

    @property
    def cpu(self) -> float:
        """Of all who took part."""
        return self.caller_cpu + self.worker_cpu + self.server_cpu


def measured(calls: Sequence[tuple[float, float]], *, since: float, costs: Costs, paid: int) -> Run:
    """From (moment of the end in seconds, milliseconds taken) of every call; those that ended
    before `since` don't count. `costs` are those of so many `paid` calls."""
    counted = sorted(taken for end, taken in calls if end > since)
    if len(counted) < 2:
        raise RuntimeError("too few calls to say anything: let it run longer")
    cuts = statistics.quantiles(counted, n=100, method="inclusive")
    rate = len(counted) / (max(end for end, _ in calls) - since)
    each = [seconds * 1000 / paid for seconds in costs]
    return Run(len(counted), rate, cuts[49], cuts[94], cuts[98], *each)


def over(runs: Sequence[Run]) -> dict[str, Any]:
    """The median run, and the lowest and the highest rate."""
    rates = sorted(run.per_second for run in runs)

    def middle(name: str) -> float:
        return round(float(statistics.median(getattr(run, name) for run in runs)), 2)

    figures = {
        "per_second": round(statistics.median(rates), 1),
        "lowest": round(rates[0], 1),
        "highest": round(rates[-1], 1),
    }
    figures |= {f"{name}_ms": middle(name) for name in ("p50", "p95", "p99")}
    parts = ("caller_cpu", "worker_cpu", "server_cpu")
    return figures | {f"{name}_ms": middle(name) for name in parts if middle(name)}


def ratios(ours: Sequence[Run], floor: Sequence[Run]) -> dict[str, float]:
    """Ours as a part of the floor, round by round: the runs of a round stood side by side. Beside
    it the same of the processor time of all who took part."""
    each = sorted(a.per_second / b.per_second for a, b in zip(ours, floor, strict=True))
    cpu = [b.cpu / a.cpu for a, b in zip(ours, floor, strict=True) if a.cpu]
    return {
        "median": round(statistics.median(each), 3),
        "lowest": round(each[0], 3),
        "highest": round(each[-1], 3),
        **({"of_processor_time": round(statistics.median(cpu), 3)} if cpu else {}),
    }
