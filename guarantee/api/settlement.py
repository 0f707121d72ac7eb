"""A centre's week: its batch opened, the report compared, differences decided, approved."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import current_app
from pydantic import Field

from guarantee.api.fields import Code, Fen, In, Line, Moment, Out, Page, Reason, cut
from guarantee.api.operation import Upload, me, operation
from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.centers import Center, UnknownCenter
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement import approval, report_upload, resolution
from guarantee.settlement.batch import batch_of, open_batch
from guarantee.settlement.models import Batch, Difference
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.settlement.visible import (
    batch_for,
    difference_for,
    visible_batches,
    visible_centers,
)
from guarantee.tables import BATCH

blueprint = APIBlueprint("api_settlement", __name__, tag="Settlement", url_prefix="/api/v1")

READERS = (
    Role.CENTER_FINANCE,
    Role.SUPERVISOR,
    Role.ALLIANCE_FINANCE,
    Role.ADMIN,
    Role.AUDITOR,
)


class BatchIn(In):
    center: Code
    week: Annotated[Line, Field(max_length=8, examples=["2026-W47"])]


class BatchOut(Out):
    id: int
    center: str
    week: str
    first_day: date
    last_day: date
    state: str
    lines: int
    pre_hospital_fen: int
    reserve_fund_fen: int
    courier_fen: int
    total_fen: int
    """What the batch comes to now; after the approval what was approved."""
    open_differences: int
    remit_by: date
    approved_fen: int | None
    approved_at: Moment | None
    paid_on: date | None
    mail_by: date | None
    closed_at: Moment | None


class Batches(Out):
    items: list[BatchOut]
    next_cursor: str | None


class HandedBack(Out):
    """A row of the report that could not be understood."""

    id: int
    row: int
    field: str
    code: str
    message: str


class ReportOut(Out):
    id: int
    batch: int
    state: str
    rows: int
    handed_back: list[HandedBack]
    total_fen: int
    matched: int
    differences: int
    system_fen: int
    report_fen: int


class DifferenceOut(Out):
    id: int
    batch: int
    kind: str
    also: list[str]
    """Lighter kinds beside it."""
    letter_number: str | None
    part: str
    system_fen: int | None
    report_fen: int | None
    limit_fen: int | None
    receipts: str
    message: str
    """What is not alike, in a sentence."""
    decision: Literal["take_center", "take_system", "leave_out", "carry"] | None
    reason: str
    decided_at: Moment | None


class Differences(Out):
    items: list[DifferenceOut]
    next_cursor: str | None


class ResolutionIn(In):
    decision: Literal["take_center", "take_system", "leave_out", "carry"]
    reason: Reason


class ApprovalIn(In):
    total_fen: Fen | None = None
    """What the approver was shown; if it has changed meanwhile, nothing is approved."""


@blueprint.get("/settlement/batches")
@allow(*READERS)
@operation(Batches, query=Page)
def list_batches(query: Page) -> Batches:
    """The batches I may see, newest first"""
    rows = visible_batches(me()).order_by(Batch.id.desc()).limit(query.limit + 1)
    if query.cursor:
        rows = rows.where(Batch.id < int(query.cursor))
    found, after = cut(db.session.scalars(rows).all(), query)
    return Batches(items=[batch_out(batch) for batch in found], next_cursor=after)


@blueprint.get("/settlement/batches/<int:batch_id>")
@allow(*READERS)
@operation(BatchOut)
def get_batch(batch_id: int) -> BatchOut:
    """A batch"""
    return batch_out(batch_for(batch_id, me()))


@blueprint.post("/settlement/batches")
@allow(*BATCH.who("report"))
@operation(BatchOut, status=201, also=(200,), body=BatchIn, idempotent=True)
def open_settlement_batch(body: BatchIn) -> tuple[BatchOut, int]:
    """Open a centre's week, or answer the batch there is

    201 when it was opened now. Running it twice changes nothing.
    """
    center = _center_for(body.center, me())
    before = batch_of(center=center, week=body.week)
    batch = open_batch(
        center=center,
        week=body.week,
        by=me(),
        at=now(),
        remittance_days=current_app.config["SETTINGS"].remittance_days,
    )
    return batch_out(batch), 200 if before else 201


@blueprint.post("/settlement/batches/<int:batch_id>/report")
@allow(*BATCH.who("report"))
@operation(ReportOut, file=True, idempotent=True)
def upload_report(batch_id: int, file: Upload) -> ReportOut:
    """Upload the centre's own table, and compare

    .xlsx, or .csv in UTF-8 or GB18030. A later report replaces the one before; both are kept.
    Rows that can't be understood are handed back with the reason.
    """
    batch, at = batch_for(batch_id, me()), now()
    report = report_upload.take_report(
        batch=batch, data=file.data, filename=file.name, by=me(), at=at
    )
    came_out = report_upload.reconcile_batch(batch=batch, by=me(), at=at)
    return ReportOut(
        id=report.id,
        batch=batch.id,
        state=batch.state,
        rows=len(report.rows),
        handed_back=[
            HandedBack(
                id=row.id,
                row=row.row,
                field=row.field,
                code=row.code,
                message=t(row.reason_zh, row.reason_en),
            )
            for row in report.handed_back
        ],
        total_fen=report.total_fen,
        matched=came_out.matched,
        differences=came_out.differences,
        system_fen=came_out.system_fen,
        report_fen=came_out.report_fen,
    )


@blueprint.get("/settlement/batches/<int:batch_id>/differences")
@allow(*READERS)
@operation(Differences)
def list_differences(batch_id: int) -> Differences:
    """What system and report do not agree on, decided or not"""
    batch = batch_for(batch_id, me())
    return Differences(
        items=[_difference(one) for one in current_differences(batch)], next_cursor=None
    )


@blueprint.post("/settlement/differences/<int:difference_id>/resolution")
@allow(*BATCH.who("resolve"))
@operation(DifferenceOut, body=ResolutionIn, idempotent=True)
def resolve_difference(difference_id: int, body: ResolutionIn) -> DifferenceOut:
    """Decide a difference, with a reason

    A second decision replaces the first; both stay in the history.
    """
    decided = resolution.resolve(
        difference=difference_for(difference_id, me()),
        decision=body.decision,
        reason=body.reason,
        by=me(),
        at=now(),
    )
    return _difference(decided)


@blueprint.post("/settlement/batches/<int:batch_id>/approval")
@allow(*BATCH.who("approve"))
@operation(BatchOut, body=ApprovalIn, idempotent=True)
def approve_batch(batch_id: int, body: ApprovalIn) -> BatchOut:
    """Approve the batch and book it

    By another person than uploaded the report or decided a difference (`same_person`).
    """
    batch = approval.approve(
        batch=batch_for(batch_id, me()), by=me(), at=now(), expected_fen=body.total_fen
    )
    return batch_out(batch)


def batch_out(batch: Batch) -> BatchOut:
    """A batch as the API shows one, with what it comes to."""
    totals = totals_of(batch)
    return BatchOut(
        id=batch.id,
        center=batch.center.code,
        week=batch.week,
        first_day=batch.first_day,
        last_day=batch.last_day,
        state=batch.state,
        lines=len(batch.lines),
        pre_hospital_fen=totals.pre_hospital_fen,
        reserve_fund_fen=totals.reserve_fund_fen,
        courier_fen=totals.courier_fen,
        total_fen=totals.total_fen,
        open_differences=totals.open_differences,
        remit_by=batch.remit_by,
        approved_fen=batch.approved_fen,
        approved_at=batch.approved_at,
        paid_on=batch.paid_on,
        mail_by=batch.mail_by,
        closed_at=batch.closed_at,
    )


def _center_for(code: str, viewer: Staff) -> Center:
    found = db.session.scalar(visible_centers(viewer).where(Center.code == code))
    if found is None:
        raise UnknownCenter()
    return found


def _difference(one: Difference) -> DifferenceOut:
    return DifferenceOut.model_validate(
        {
            "id": one.id,
            "batch": one.batch_id,
            "kind": str(one.kind),
            "also": [kind for kind in one.also.split(",") if kind],
            "letter_number": one.letter_number,
            "part": one.part,
            "system_fen": one.system_fen,
            "report_fen": one.report_fen,
            "limit_fen": one.limit_fen,
            "receipts": one.receipts,
            "message": t(one.why_zh, one.why_en),
            "decision": one.decision,
            "reason": one.reason,
            "decided_at": one.decided_at,
        }
    )
