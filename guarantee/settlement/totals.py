"""What a batch comes to: what is paid for each line and row, as decided so far."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from guarantee.db import db
from guarantee.settlement.models import Batch, Difference


@dataclass(frozen=True, slots=True)
class Totals:
    """Fen of each part, and how many lines are paid. `open_differences` still wait; until they
    are decided the system's figure stands for them."""

    pre_hospital_fen: int
    reserve_fund_fen: int
    courier_fen: int
    lines: int
    open_differences: int
    adjusted_fen: int
    """How much of it the decisions add to (or take from) what the system held."""

    @property
    def total_fen(self) -> int:
        return self.pre_hospital_fen + self.reserve_fund_fen + self.courier_fen


def current_differences(batch: Batch) -> list[Difference]:
    """The differences that count, in the order of the report: none superseded."""
    query = (
        select(Difference)
        .where(Difference.batch_id == batch.id, Difference.superseded_at.is_(None))
        .order_by(Difference.id)
    )
    return list(db.session.scalars(query))


def decided_fen(difference: Difference) -> int:
    """What is paid for this difference. Undecided: the system's figure."""
    if difference.decision == "take_center":
        return difference.report_fen or 0
    if difference.decision in ("leave_out", "carry"):
        return 0
    return (difference.system_fen or 0) if difference.line_id is not None else 0


def totals_of(batch: Batch) -> Totals:
    """What the batch comes to now. After the approval: what was approved."""
    differences = current_differences(batch)
    by_line = {one.line_id: one for one in differences if one.line_id is not None}
    sums = {"pre_hospital": 0, "reserve_fund": 0, "courier": 0}
    adjusted = paid = 0
    for line in batch.lines:
        if line.settled_fen is not None:
            fen = line.settled_fen
        else:
            found = by_line.get(line.id)
            fen = decided_fen(found) if found is not None else line.amount_fen
        sums[line.part] += fen
        adjusted += fen - line.amount_fen
        paid += fen != 0
    if batch.approved_by_id is None:
        for one in differences:
            if one.line_id is None and (fen := decided_fen(one)):
                sums[one.part] += fen
                adjusted += fen
                paid += 1
    return Totals(
        pre_hospital_fen=sums["pre_hospital"],
        reserve_fund_fen=sums["reserve_fund"],
        courier_fen=sums["courier"],
        lines=paid,
        open_differences=sum(one.decision is None for one in differences),
        adjusted_fen=adjusted,
    )
