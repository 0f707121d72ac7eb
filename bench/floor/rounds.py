"""Runs side by side: every way in turn, round after round, so that what else the machine does
falls on all of them alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.floor.figures import Run, over, ratios
from bench.floor.seeding import Seeds
from bench.floor.ways import FLOOR, Way
from bench.floor.written import Wrong, highest_case, per_letter, rows_by_table


@dataclass
class Numbers:
    """The prepared cases that are still without a letter."""

    seeds: Seeds
    first: int
    last: int

    def next_free(self) -> int:
        self.first = max(self.first, self.seeds.number_of(highest_case()) + 1)
        if self.first > self.last:
            raise RuntimeError(f"the cases prepared up to number {self.last} are used up")
        return self.first


def warmed_up(
    ways: Mapping[str, Way], numbers: Numbers, also: Mapping[str, set[str]]
) -> dict[str, float]:
    """Run every way once for a moment and hold what each wrote for a letter against the floor's:
    the same rows in the same tables, but for the tables a way writes `also`. Answers the rows."""
    written = {}
    for name, way in ways.items():
        before = rows_by_table()
        way(2, 3.0, numbers.next_free())
        written[name] = per_letter(before, rows_by_table())
    for name, rows in written.items():
        same = {table: n for table, n in rows.items() if table not in also.get(name, set())}
        if same != written[FLOOR]:
            raise Wrong(f"{name} writes {rows}, the floor {written[FLOOR]}")
    return written[FLOOR]


def side_by_side(
    ways: Mapping[str, Way],
    numbers: Numbers,
    *,
    clients: int,
    rounds: int,
    seconds: float,
) -> dict[str, Any]:
    """Each way's figures, and its part of the floor."""
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            runs[name].append(way(clients, seconds, numbers.next_free()))
    figures: dict[str, Any] = {name: over(each) for name, each in runs.items()}
    for name, each in runs.items():
        if name != FLOOR:
            figures[f"{name} / {FLOOR}"] = ratios(each, runs[FLOOR])
    return figures
