"""What a batch's statement says, as plain values. PDF and workbook are both made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from guarantee.refusals import Words


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One settled (or left out) line. `system_fen`, `report_fen`: the two sides, None when a side
    has none; `settled_fen`: what is paid for it."""

    letter_number: str
    part: Words
    mark: Words
    charged_from: date | None
    receipts: str
    system_fen: int | None
    report_fen: int | None
    settled_fen: int


@dataclass(frozen=True, slots=True)
class StatementDifference:
    """One difference and how it was decided."""

    letter_number: str
    kind: Words
    why: Words
    system_fen: int | None
    report_fen: int | None
    decision: Words
    reason: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class StatementContent:
    """The whole statement of a batch. Money in fen; the parts make `total_fen`."""

    center_code: str
    center_name: Words
    week: str
    first_day: date
    last_day: date
    state: Words
    account_name: str
    account_number: str
    account_bank: str
    reference: str
    pre_hospital_fen: int
    reserve_fund_fen: int
    courier_fen: int
    lines: tuple[StatementLine, ...]
    differences: tuple[StatementDifference, ...]
    missing_originals: int
    prepared_by: str
    prepared_at: datetime
    approved_by: str
    approved_at: datetime | None
    ledger_head: str

    @property
    def total_fen(self) -> int:
        """What is paid to the centre."""
        return self.pre_hospital_fen + self.reserve_fund_fen + self.courier_fen
