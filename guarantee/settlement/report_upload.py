"""The centre's report is taken: kept as it came, understood row by row, and compared."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from guarantee import audit
from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.refusals import Invalid, Words
from guarantee.settlement import known_facts
from guarantee.settlement.differences import Kind
from guarantee.settlement.frames import RECEIPT_SEPARATOR
from guarantee.settlement.models import (
    Batch,
    BatchLine,
    Difference,
    HandedBackRow,
    Report,
    ReportReceipt,
    ReportRow,
)
from guarantee.settlement.moves import advance, locked
from guarantee.settlement.reconciliation import reconcile
from guarantee.settlement.report import CenterReport, read_report


class EmptyReport(Invalid):
    code = "empty_report"
    words = Words("上报表中没有任何数据行。", "The report has no row of data.")
    field = "file"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How a reconciliation came out. Fen of both sides over all lines."""

    matched: int
    differences: int
    system_fen: int
    report_fen: int


def take_report(*, batch: Batch, data: bytes, filename: str, by: Staff, at: datetime) -> Report:
    """The report becomes the batch's current one; the one before is kept, replaced.

    Refuses the file as a whole as `report.read_report` does and when it is empty
    (`empty_report`), and `wrong_state` once the batch is approved.
    """
    understood = read_report(data, filename=filename)
    if not understood.rows and not understood.handed_back:
        raise EmptyReport()
    batch = locked(batch)
    advance(batch, "report", by)
    db.session.execute(
        update(Report)
        .where(Report.batch_id == batch.id, Report.replaced_at.is_(None))
        .values(replaced_at=at)
    )
    report = Report(
        batch_id=batch.id,
        filename=filename[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        content=base64.b64encode(data).decode(),
        columns=understood.columns,
        ignored=list(understood.ignored),
        total_fen=understood.total_fen,
        uploaded_at=at,
        uploaded_by_id=by.id,
    )
    db.session.add(report)
    db.session.flush()
    _keep_rows(report, understood)
    batch.prepared_by_id, batch.prepared_at = by.id, at
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="report uploaded",
        subject=f"batch:{batch.id}",
        sha256=report.sha256,
        rows=len(understood.rows),
        handed_back=len(understood.handed_back),
        total_fen=understood.total_fen,
    )
    return report


def reconcile_batch(*, batch: Batch, by: Staff, at: datetime) -> Reconciled:
    """Compare the batch with its current report, line by line. What an earlier run found is kept,
    superseded, with its decisions. Refuses `wrong_state` without a report."""
    batch = locked(batch)
    advance(batch, "reconcile", by)
    report = current_report(batch)
    found = reconcile(
        known_facts.system_frame(batch),
        known_facts.report_frame(report),
        known_facts.known_of(batch, report),
    )
    db.session.execute(
        update(Difference)
        .where(
            Difference.batch_id == batch.id,
            Difference.superseded_at.is_(None),
            Difference.carried_from_id.is_(None),
        )
        .values(superseded_at=at)
    )
    lines = found.astype(object).where(found.notna(), None).to_dict("records")
    row_ids = {row.row: row.id for row in report.rows}
    _note_reported(batch, lines)
    differences = [
        {
            "batch_id": batch.id,
            "line_id": line["line_id"],
            "row_id": row_ids.get(line["row"]),
            "kind": line["kind"],
            "also": line["also"],
            "letter_number": line["letter_number"],
            "number_text": line["number_text"] or line["letter_number"] or "",
            "part": line["part"],
            "system_fen": line["system_fen"],
            "report_fen": line["report_fen"],
            "limit_fen": line["limit_fen"],
            "receipts": line["report_receipts"] or line["system_receipts"],
            "suggested_line_id": line["suggested_line_id"],
            "suggested_row": line["suggested_row"],
            "suggested_because": line["suggested_because"] or "",
            "why_zh": line["why_zh"],
            "why_en": line["why_en"],
            "found_at": at,
        }
        for line in lines
        if line["kind"] != Kind.MATCHED
    ]
    if differences:
        db.session.execute(insert(Difference), differences)
    came_out = Reconciled(
        matched=len(lines) - len(differences),
        differences=len(differences),
        system_fen=sum(line["system_fen"] or 0 for line in lines),
        report_fen=sum(line["report_fen"] or 0 for line in lines),
    )
    audit.record(
        by=by,
        at=at,
        action="batch reconciled",
        subject=f"batch:{batch.id}",
        matched=came_out.matched,
        differences=came_out.differences,
        system_fen=came_out.system_fen,
        report_fen=came_out.report_fen,
    )
    db.session.flush()
    return came_out


def current_report(batch: Batch) -> Report:
    """The report that counts. Raises `NoResultFound` for a batch that has none."""
    return db.session.scalars(
        select(Report).where(Report.batch_id == batch.id, Report.replaced_at.is_(None))
    ).one()


def _note_reported(batch: Batch, lines: list[dict[str, object]]) -> None:
    reported = {line["line_id"]: line["report_fen"] for line in lines if line["line_id"]}
    for line in db.session.scalars(select(BatchLine).where(BatchLine.batch_id == batch.id)):
        fen = reported.get(line.id)
        line.reported_fen = fen if isinstance(fen, int) else None


def _keep_rows(report: Report, understood: CenterReport) -> None:
    kept = [
        ReportRow(
            report_id=report.id,
            row=row.row,
            number_text=row.number_text,
            letter_number=row.letter_number,
            part=row.part,
            patient_name=row.patient_name,
            dispatched_on=row.dispatched_on,
            vehicle_fen=row.vehicle_fen,
            treatment_fen=row.treatment_fen,
            visit_fen=row.visit_fen,
            transfer_fen=row.transfer_fen,
            total_fen=row.total_fen,
            parts_fen=row.parts_fen,
            receipts=RECEIPT_SEPARATOR.join(row.receipts),
            note=row.note,
        )
        for row in understood.rows
    ]
    db.session.add_all(kept)
    db.session.flush()
    receipts = [
        {"row_id": one.id, "receipt_number": receipt}
        for one, row in zip(kept, understood.rows, strict=True)
        for receipt in row.receipts
    ]
    if receipts:
        db.session.execute(insert(ReportReceipt), receipts)
    db.session.add_all(
        HandedBackRow(
            report_id=report.id,
            row=row.row,
            field=row.field,
            code=row.code,
            reason_zh=row.reason.zh,
            reason_en=row.reason.en,
            cells=json.dumps(row.original, ensure_ascii=False),
        )
        for row in understood.handed_back
    )
