"""Reconciling 100,000 lines against the same join written as plain Python dictionaries.

The reference does the bare minimum (pair by number and part, compare, look a receipt up); ours
says every kind, beside-kind, suggestion and sentence. `ratio` is ours / reference: how much that
costs.
"""

from __future__ import annotations

import random
import resource
import time
from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd

from guarantee.settlement.frames import (
    LETTER_COLUMNS,
    PRE_HOSPITAL,
    REPORT_COLUMNS,
    SYSTEM_COLUMNS,
    Known,
    frame,
)
from guarantee.settlement.reconciliation import reconcile

LINES = 100_000
FAULTY = 0.06  # share of report rows with some fault, as an untidy Monday has
DAYS = (date(2026, 11, 16), date(2026, 11, 22))


def run(lines: int = LINES) -> dict[str, Any]:
    """Both ways over the same frames, three times each, medians in seconds."""
    system, report, known = _frames(lines)
    ours = sorted(_timed(lambda: reconcile(system, report, known)) for _ in range(3))[1]
    rows = (system.to_dict("records"), report.to_dict("records"))
    reference = sorted(_timed(lambda: _plain(*rows)) for _ in range(3))[1]
    kinds = reconcile(system, report, known)["kind"].value_counts().to_dict()
    return {
        "what": "100,000 lines reconciled; reference: the barest join in plain dicts",
        "lines": lines,
        "seconds": round(ours, 3),
        "reference": "plain dict join",
        "reference_seconds": round(reference, 3),
        "ratio": round(ours / reference, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "kinds": kinds,
    }


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _plain(system: list[dict[str, Any]], report: list[dict[str, Any]]) -> dict[str, int]:
    lines: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in system:
        lines[line["letter_number"], line["part"]].append(line)
    uses: dict[str, int] = defaultdict(int)
    for row in report:
        for receipt in row["receipts"].split("、"):
            uses[receipt] += 1
    counts: dict[str, int] = defaultdict(int)
    for row in report:
        found = lines.get((row["letter_number"], row["part"]))
        if not found:
            kind = "only_in_report"
        else:
            line = found.pop(0)
            kind = "matched" if line["amount_fen"] == row["total_fen"] else "amount_differs"
        if any(uses[receipt] > 1 for receipt in row["receipts"].split("、")):
            kind = "receipt_used_twice"
        counts[kind] += 1
    counts["only_in_system"] = sum(map(len, lines.values()))
    return counts


def _frames(lines: int) -> tuple[pd.DataFrame, pd.DataFrame, Known]:
    rng = random.Random(20261123)
    numbers = rng.sample(range(3101 * 10**12, 3102 * 10**12), lines)
    system, report, letters = [], [], []
    for at, number in enumerate(map(str, numbers)):
        fen, receipt = rng.randrange(5_000, 100_001), f"京{at:08d}"
        system.append((at, number, PRE_HOSPITAL, fen, 100_000, receipt, False))
        letters.append((number, "3101", "voided" if at % 997 == 0 else "presented", "2026-W47"))
        fault = rng.random()
        if fault < FAULTY / 6:
            continue  # forgotten
        written: str | None = number
        if fault < FAULTY / 6 * 2:
            fen += 1_000
        elif fault < FAULTY / 6 * 3:
            receipt = f"京{at - 1:08d}"
        elif fault < FAULTY / 6 * 4:
            written = None
        text = number if written else number[:7] + str((int(number[7]) + 1) % 10) + number[8:]
        parts = fen - 100 if FAULTY / 6 * 4 <= fault < FAULTY / 6 * 5 else fen
        report.append((at + 3, text, written, PRE_HOSPITAL, DAYS[0], parts, fen, receipt))
    rng.shuffle(report)
    known = Known("3101", "2026-W47", DAYS, letters=pd.DataFrame(letters, columns=LETTER_COLUMNS))
    return frame(system, SYSTEM_COLUMNS), frame(report, REPORT_COLUMNS), known


if __name__ == "__main__":
    print(run())
