"""The frames that reconciliation takes and gives, and what it is told beside them. Plain values.

Money is Int64 fen, never a float. Receipts are one str, `RECEIPT_SEPARATOR` between. `part` is
'pre_hospital' or 'reserve_fund'.

system   line_id, letter_number, part, amount_fen, limit_fen (NA: none), receipts, late (bool)
report   row, number_text (as written), letter_number (sixteen digits, NA when it is none),
         part, dispatched_on (date or NA), parts_fen (sum of the parts; the total where no part
         is given), total_fen, receipts
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

PRE_HOSPITAL = "pre_hospital"
RESERVE_FUND = "reserve_fund"
RECEIPT_SEPARATOR = "、"

SYSTEM_COLUMNS = (
    "line_id", "letter_number", "part", "amount_fen", "limit_fen", "receipts", "late",
)  # fmt: skip
REPORT_COLUMNS = (
    "row", "number_text", "letter_number", "part", "dispatched_on", "parts_fen", "total_fen",
    "receipts",
)  # fmt: skip
LETTER_COLUMNS = ("letter_number", "center", "state", "week")
SETTLED_COLUMNS = ("letter_number", "part", "batch")
RECEIPT_COLUMNS = ("receipt", "batch")
OUTCOME_COLUMNS = (
    "line_id", "row", "letter_number", "number_text", "part", "kind", "also", "system_fen",
    "report_fen", "difference_fen", "limit_fen", "system_receipts", "report_receipts",
    "suggested_line_id", "suggested_row", "suggested_because", "why_zh", "why_en",
)  # fmt: skip


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})


@dataclass(frozen=True, slots=True)
class Known:
    """What else the house knows about the letters and receipts of a report.

    letters   letter_number (unique), center (code), state, week ('2026-W47', of its charges or
              its issue): every letter that the report or the batch names
    settled   letter_number, part, batch: what earlier batches settled of them
    receipts  receipt, batch: the receipts of the report that another batch holds
    """

    center: str
    week: str
    days: tuple[date, date]  # first and last day of the week
    letters: pd.DataFrame = field(default_factory=lambda: _empty(LETTER_COLUMNS))
    settled: pd.DataFrame = field(default_factory=lambda: _empty(SETTLED_COLUMNS))
    receipts: pd.DataFrame = field(default_factory=lambda: _empty(RECEIPT_COLUMNS))


def frame(rows: Sequence[Sequence[object]], columns: Sequence[str]) -> pd.DataFrame:
    """A frame of these columns; those that end in `_fen`, and `row`, as Int64."""
    made = pd.DataFrame(list(rows), columns=list(columns))
    whole = {name: "Int64" for name in columns if name.endswith("_fen") or name == "row"}
    return made.astype(whole)
