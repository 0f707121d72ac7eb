"""What reconciliation compares and is told beside it, read from the house into frames."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd
from sqlalchemy import or_, select

from guarantee.business_time import business_day, week_of
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.settlement.frames import (
    LETTER_COLUMNS,
    RECEIPT_COLUMNS,
    RECEIPT_SEPARATOR,
    REPORT_COLUMNS,
    SETTLED_COLUMNS,
    SYSTEM_COLUMNS,
    Known,
    frame,
)
from guarantee.settlement.models import (
    Batch,
    BatchLine,
    Report,
    ReportReceipt,
    ReportRow,
    SettledReceipt,
)

_AT_ONCE = 5_000  # values in one IN list; both engines take more, neither much more
_UNDECIDED = ("open", "reported", "reconciled")


def system_frame(batch: Batch) -> pd.DataFrame:
    """The batch's lines that a report speaks of: all but the courier's."""
    query = (
        select(BatchLine, Letter.number)
        .join(Letter, Letter.id == BatchLine.letter_id)
        .where(BatchLine.batch_id == batch.id)
        .order_by(BatchLine.id)
    )
    return frame(
        [
            (
                line.id,
                number,
                line.part,
                line.amount_fen,
                line.limit_fen,
                line.receipts,
                line.late,
            )
            for line, number in db.session.execute(query)
        ],
        SYSTEM_COLUMNS,
    )


def report_frame(report: Report) -> pd.DataFrame:
    """The report's rows as they are kept."""
    return frame(
        [
            (
                row.row,
                row.number_text,
                row.letter_number,
                row.part,
                row.dispatched_on,
                row.parts_fen,
                row.total_fen,
                row.receipts,
            )
            for row in report.rows
        ],
        REPORT_COLUMNS,
    )


def known_of(batch: Batch, report: Report) -> Known:
    """What the house knows of the letters and receipts that batch and report name."""
    numbers = {row.letter_number for row in report.rows if row.letter_number}
    numbers |= {line.letter.number for line in batch.lines if line.letter is not None}
    receipts = {
        receipt
        for row in report.rows
        for receipt in row.receipts.split(RECEIPT_SEPARATOR)
        if receipt
    }
    return Known(
        center=batch.center.code,
        week=batch.week,
        days=(batch.first_day, batch.last_day),
        letters=pd.DataFrame(_letters(numbers), columns=list(LETTER_COLUMNS)),
        settled=pd.DataFrame(_settled(batch, numbers), columns=list(SETTLED_COLUMNS)),
        receipts=pd.DataFrame(_receipts(batch, receipts), columns=list(RECEIPT_COLUMNS)),
    )


def _letters(numbers: Collection[str]) -> list[tuple[str, str, str, str]]:
    found = []
    for some in _parts(numbers):
        query = (
            select(Letter.number, Center.code, Letter.state, Letter.issued_at)
            .join(Case, Case.id == Letter.case_id)
            .join(Center, Center.id == Case.center_id)
            .where(Letter.number.in_(some))
        )
        for number, center, state, issued_at in db.session.execute(query):
            found.append((number, center, state, week_of(business_day(issued_at))))
    return found


def _settled(batch: Batch, numbers: Collection[str]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for some in _parts(numbers):
        query = (
            select(Letter.number, BatchLine.part, Batch.week)
            .join(BatchLine, BatchLine.letter_id == Letter.id)
            .join(Batch, Batch.id == BatchLine.batch_id)
            .where(Letter.number.in_(some), Batch.id != batch.id, BatchLine.settled_fen > 0)
            .order_by(Batch.id.desc())
        )
        found.extend(db.session.execute(query))
    return found


def _receipts(batch: Batch, receipts: Collection[str]) -> list[tuple[str, str]]:
    """Settled in another batch, or claimed in another that is not decided yet."""
    found: dict[tuple[str, str], None] = {}
    for some in _parts(receipts):
        settled = (
            select(SettledReceipt.receipt_number, Batch.week, Center.code)
            .join(Batch, Batch.id == SettledReceipt.batch_id)
            .join(Center, Center.id == Batch.center_id)
            .where(SettledReceipt.receipt_number.in_(some), Batch.id != batch.id)
        )
        claimed = (
            select(ReportReceipt.receipt_number, Batch.week, Center.code)
            .join(ReportRow, ReportRow.id == ReportReceipt.row_id)
            .join(Report, Report.id == ReportRow.report_id)
            .join(Batch, Batch.id == Report.batch_id)
            .join(Center, Center.id == Batch.center_id)
            .where(
                ReportReceipt.receipt_number.in_(some),
                Batch.id != batch.id,
                Report.replaced_at.is_(None),
                or_(*(Batch.state == state for state in _UNDECIDED)),
            )
        )
        for query in (settled, claimed):
            for receipt, week, center in db.session.execute(query):
                other = "" if center == batch.center.code else f" {center}"
                found[receipt, f"{week}{other}"] = None
    return list(found)


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
