"""One batch as a path, with the step that waits for the reader open; statement and approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.money import BadAmount, yuan
from guarantee.refusals import Refusal
from guarantee.settlement import approval
from guarantee.settlement.differences import NAMES, Kind
from guarantee.settlement.models import Batch, Mailing, Remittance, Report, ReportRow
from guarantee.settlement.originals import originals_of, owed
from guarantee.settlement.report import COLUMNS
from guarantee.settlement.sign_off import week_days
from guarantee.settlement.statement import statement_pdf, statement_workbook
from guarantee.settlement.statement_facts import statement_of
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.settlement.visible import batch_for
from guarantee.settlement.wording import ORIGINAL_WORDS, PART_WORDS, PAYMENT_WORDS
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance import path
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import XLSX, download


@blueprint.get("/batches/<int:batch_id>")
@allow(*READERS)
def batch(batch_id: int) -> str:
    """The batch's path."""
    return page(batch_for(batch_id, current_user), {})


def page(shown: Batch, errors: Mapping[str, Refusal]) -> str:
    """The batch's page with the refusals of what was just tried."""
    at, role = now(), current_user.role
    totals = totals_of(shown)
    found = current_differences(shown)
    days = week_days(shown.center, shown.week)
    reports = _reports(shown)
    report = next((one for one in reports if one.replaced_at is None), None)
    rows = db.session.scalar(
        select(func.count(ReportRow.id)).where(ReportRow.report_id == report.id)
    ) if report else 0  # fmt: skip
    orders = db.session.scalars(
        select(Remittance).where(Remittance.batch_id == shown.id).order_by(Remittance.id)
    ).all()
    papers = originals_of(shown)
    return render_template(
        "finance/batch.html",
        batch=shown,
        totals=totals,
        system_fen=sum(line.amount_fen for line in shown.lines if not line.added),
        days=days,
        steps=path.steps_of(shown, days, totals.open_differences, role, at),
        clock=path.clock_of(shown),
        kinds=[(NAMES[Kind(kind)], n) for kind, n in Counter(d.kind for d in found).most_common()],
        found=found,
        reports=reports,
        report=report,
        report_rows=rows,
        report_columns=COLUMNS,
        orders=orders,
        live=next((one for one in orders if one.state != "returned"), None),
        mailings=_mailings(shown),
        papers=papers,
        arrived=sum(one.arrived_at is not None for one in papers),
        older_owed=owed(shown.center, before=shown),
        may={event: _may(shown, event) for event in BATCH.events},
        prepared_by_me=shown.prepared_by_id == current_user.id,
        parts=PART_WORDS,
        kind_words=ORIGINAL_WORDS,
        payment_words=PAYMENT_WORDS,
        errors=errors,
    )


def _may(shown: Batch, event: str) -> bool:
    return event in BATCH.events_from(shown.state, current_user.role)


def _reports(shown: Batch) -> list[Report]:
    query = select(Report).where(Report.batch_id == shown.id).order_by(Report.id.desc())
    query = query.options(selectinload(Report.uploaded_by), selectinload(Report.handed_back))
    return list(db.session.scalars(query))


def _mailings(shown: Batch) -> list[Mailing]:
    query = select(Mailing).where(Mailing.batch_id == shown.id).order_by(Mailing.id)
    return list(db.session.scalars(query.options(selectinload(Mailing.originals))))


@blueprint.post("/batches/<int:batch_id>/approval")
@allow(*BATCH.who("approve"))
def approve(batch_id: int) -> Any:
    """Approve the total that the page showed; if it has moved meanwhile, nothing is approved."""
    shown = batch_for(batch_id, current_user)
    here = url_for("finance.batch", batch_id=batch_id)

    def work() -> str:
        if shown.approved_by_id == current_user.id:
            return here  # the second click of the same person
        asked = forms.text("total_fen", most=20, required=True)
        if not asked.isdecimal():
            raise BadAmount(field="total_fen")
        done = approval.approve(batch=shown, by=current_user, at=now(), expected_fen=int(asked))
        said = t("已批准 {total} 元。", "{total} approved.")
        flash(said.format(total=yuan(done.approved_fen or 0)), "ok")
        return here

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


@blueprint.get("/batches/<int:batch_id>/statement.pdf")
@allow(*READERS)
def statement_as_pdf(batch_id: int) -> Response:
    """The batch's statement as PDF."""
    shown = batch_for(batch_id, current_user)
    note_view(action="statement fetched", subject=f"batch:{shown.id}")
    return download(statement_pdf(statement_of(shown)), f"{_name(shown)}.pdf", "application/pdf")


@blueprint.get("/batches/<int:batch_id>/statement.xlsx")
@allow(*READERS)
def statement_as_workbook(batch_id: int) -> Response:
    """The same figures as a workbook."""
    shown = batch_for(batch_id, current_user)
    note_view(action="statement fetched", subject=f"batch:{shown.id}")
    return download(statement_workbook(statement_of(shown)), f"{_name(shown)}.xlsx", XLSX)


def _name(shown: Batch) -> str:
    return f"{shown.center.code}-{shown.week}-结算单 statement"
