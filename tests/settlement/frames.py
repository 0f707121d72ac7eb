"""Short ways to say what stands in the system and in a report."""

from __future__ import annotations

from datetime import date

import pandas as pd

from guarantee.settlement.frames import (
    PRE_HOSPITAL,
    REPORT_COLUMNS,
    SYSTEM_COLUMNS,
    Known,
    frame,
)
from guarantee.settlement.reconciliation import reconcile

WEEK = "2026-W47"
DAYS = (date(2026, 11, 16), date(2026, 11, 22))
TUESDAY = date(2026, 11, 17)


def line(at, number, fen, *, receipts="", part=PRE_HOSPITAL, limit=100_000, late=False):
    return (at, number, part, fen, limit, receipts, late)


def row(at, number, fen, *, receipts="", part=PRE_HOSPITAL, day=TUESDAY, parts=None, text=None):
    return (at, text or number, number, part, day, fen if parts is None else parts, fen, receipts)


def known(*, letters=(), settled=(), receipts=()):
    """`letters`: (number, center, state, week); `settled`: (number, part, batch)."""
    return Known(
        "3101",
        WEEK,
        DAYS,
        letters=pd.DataFrame(letters, columns=["letter_number", "center", "state", "week"]),
        settled=pd.DataFrame(settled, columns=["letter_number", "part", "batch"]),
        receipts=pd.DataFrame(receipts, columns=["receipt", "batch"]),
    )


def outcome(lines, rows, told=None):
    """The reconciliation's rows as dicts, in its order."""
    found = reconcile(frame(lines, SYSTEM_COLUMNS), frame(rows, REPORT_COLUMNS), told or known())
    return found.astype(object).where(found.notna(), None).to_dict("records")
