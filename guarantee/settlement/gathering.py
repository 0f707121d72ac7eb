"""What belongs into a batch that opens: charges, drawdowns, courier fees, what was carried over.

Each is claimed for its line, so that it stands in one batch, ever; the database sees to that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select, update

from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.settlement import sources
from guarantee.settlement.frames import PRE_HOSPITAL, RECEIPT_SEPARATOR, RESERVE_FUND
from guarantee.settlement.models import (
    Batch,
    BatchLine,
    CourierFee,
    Difference,
    LineCharge,
    ReserveDrawdown,
)
from guarantee.settlement.report import receipt_key

COURIER = "courier"
_DECIDED = ("approved", "remitted", "paid", "mailed", "closed")


@dataclass
class _Gathered:
    """What becomes one line: fen, receipts and the days they are from."""

    fen: int = 0
    receipts: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def add(self, item_id: int, fen: int, receipt: str, day: date) -> None:
        self.ids.append(item_id)
        self.fen += fen
        self.days.append(day)
        if receipt and (key := receipt_key(receipt)) not in self.receipts:
            self.receipts.append(key)


def gather(batch: Batch, at: datetime) -> None:
    """Give a batch just opened its lines, and the rows that an earlier one carried over."""
    _gather_charges(batch)
    _gather_drawdowns(batch)
    _gather_courier_fees(batch)
    _gather_carried(batch, at)
    db.session.flush()
    db.session.refresh(batch, ["lines"])


def _gather_charges(batch: Batch) -> None:
    groups: dict[tuple[int, bool], _Gathered] = defaultdict(_Gathered)
    for charge in sources.unsettled_charges(center_id=batch.center_id, up_to=batch.last_day):
        late = charge.charged_on < batch.first_day
        groups[charge.letter_id, late].add(
            charge.id, charge.guaranteed_fen, charge.receipt_number, charge.charged_on
        )
    limits = _limits({letter_id for letter_id, _ in groups})
    for (letter_id, late), found in groups.items():
        line = _line(batch, PRE_HOSPITAL, letter_id, found, late=late)
        line.limit_fen = limits[letter_id]
        db.session.flush()
        db.session.add_all(LineCharge(charge_id=one, line_id=line.id) for one in found.ids)


def _limits(letter_ids: set[int]) -> dict[int, int]:
    """What each letter's pre-hospital part still bears: its figure less what was settled; nothing
    where more was settled, because a refund was carried over."""
    settled = dict(
        db.session.execute(
            select(BatchLine.letter_id, func.sum(BatchLine.settled_fen))
            .where(BatchLine.letter_id.in_(letter_ids), BatchLine.part == PRE_HOSPITAL)
            .group_by(BatchLine.letter_id)
        ).all()
    )
    letters = db.session.execute(
        select(Letter.id, Letter.pre_hospital_fen).where(Letter.id.in_(letter_ids))
    )
    return {one: max(0, fen - (settled.get(one) or 0)) for one, fen in letters}


def _gather_drawdowns(batch: Batch) -> None:
    query = select(ReserveDrawdown).where(
        ReserveDrawdown.center_id == batch.center_id,
        ReserveDrawdown.line_id.is_(None),
        ReserveDrawdown.paid_on <= batch.last_day,
    )
    groups: dict[tuple[int, bool], _Gathered] = defaultdict(_Gathered)
    for drawdown in db.session.scalars(query.order_by(ReserveDrawdown.id).with_for_update()):
        groups[drawdown.letter_id, drawdown.paid_on < batch.first_day].add(
            drawdown.id, drawdown.amount_fen, drawdown.receipt_number, drawdown.paid_on
        )
    for (letter_id, late), found in groups.items():
        line = _line(batch, RESERVE_FUND, letter_id, found, late=late)
        _claim(ReserveDrawdown, found.ids, line)


def _gather_courier_fees(batch: Batch) -> None:
    query = select(CourierFee).where(
        CourierFee.center_id == batch.center_id,
        CourierFee.line_id.is_(None),
        CourierFee.paid_on <= batch.last_day,
    )
    found = _Gathered()
    for fee in db.session.scalars(query.order_by(CourierFee.id).with_for_update()):
        found.add(fee.id, fee.amount_fen, fee.tracking_number, fee.paid_on)
    if found.ids:
        late = min(found.days) < batch.first_day
        _claim(CourierFee, found.ids, _line(batch, COURIER, None, found, late=late))


def _gather_carried(batch: Batch, at: datetime) -> None:
    """What earlier batches of the centre carried over when they were approved."""
    query = (
        select(Difference)
        .join(Batch, Batch.id == Difference.batch_id)
        .where(
            Batch.center_id == batch.center_id,
            Batch.id != batch.id,
            Batch.state.in_(_DECIDED),
            Difference.decision == "carry",
            Difference.superseded_at.is_(None),
        )
        .order_by(Difference.id)
    )
    lines_taken = set(
        db.session.scalars(
            select(BatchLine.carried_from_id).where(BatchLine.carried_from_id.is_not(None))
        )
    )
    rows_taken = set(
        db.session.scalars(
            select(Difference.carried_from_id).where(Difference.carried_from_id.is_not(None))
        )
    )
    for difference in db.session.scalars(query).all():
        if (line := difference.line) is not None:
            if line.id not in lines_taken:
                _carry_line(batch, line)
        elif difference.id not in rows_taken:
            _carry_row(batch, difference, at)


def _carry_line(batch: Batch, line: BatchLine) -> None:
    db.session.add(
        BatchLine(
            batch_id=batch.id,
            part=line.part,
            letter_id=line.letter_id,
            amount_fen=line.amount_fen,
            limit_fen=line.limit_fen,
            receipts=line.receipts,
            charged_from=line.charged_from,
            charged_to=line.charged_to,
            late=True,
            carried_from_id=line.id,
        )
    )


def _carry_row(batch: Batch, old: Difference, at: datetime) -> None:
    """A row that only the centre had is open again, in the next batch, until it is decided."""
    db.session.add(
        Difference(
            batch_id=batch.id,
            carried_from_id=old.id,
            row_id=old.row_id,
            kind=old.kind,
            also=old.also,
            letter_number=old.letter_number,
            number_text=old.number_text,
            part=old.part,
            system_fen=old.system_fen,
            report_fen=old.report_fen,
            limit_fen=old.limit_fen,
            receipts=old.receipts,
            why_zh=f"由 {old.batch.week} 批次结转。{old.why_zh}",
            why_en=f"Carried over from batch {old.batch.week}. {old.why_en}",
            found_at=at,
        )
    )


def _line(
    batch: Batch, part: str, letter_id: int | None, found: _Gathered, *, late: bool
) -> BatchLine:
    line = BatchLine(
        batch_id=batch.id,
        part=part,
        letter_id=letter_id,
        amount_fen=found.fen,
        receipts=RECEIPT_SEPARATOR.join(found.receipts),
        charged_from=min(found.days),
        charged_to=max(found.days),
        late=late,
    )
    db.session.add(line)
    db.session.flush()
    return line


def _claim(
    table: type[ReserveDrawdown] | type[CourierFee], ids: list[int], line: BatchLine
) -> None:
    db.session.execute(update(table).where(table.id.in_(ids)).values(line_id=line.id))
