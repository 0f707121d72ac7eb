"""The centre's table: looked at column by column, sent in and compared, fetched again later."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import language, t
from guarantee.edge.problems import status_of
from guarantee.edge.transaction import note_view
from guarantee.refusals import Conflict, NotFound, Refusal, Words
from guarantee.settlement.models import Batch, Report
from guarantee.settlement.report import COLUMNS, read_report
from guarantee.settlement.report_back import kept_file, report_workbook
from guarantee.settlement.report_upload import reconcile_batch, take_report
from guarantee.settlement.visible import batch_for, visible_batches
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance.batch import page
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import XLSX, download

SAMPLE = 6
"""Rows shown as they were understood; what was handed back is always shown whole."""


class FileChanged(Conflict):
    code = "file_changed"
    words = Words(
        "文件与预览时不同，请重新查看后再提交。",
        "The file is not the one that was looked at. Look at it again before you send it.",
    )
    field = "file"


class UnknownReport(NotFound):
    code = "unknown_report"
    words = Words("没有这份上报表。", "There is no such report.")


def _sent() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise forms.Missing(field="file")
    return sent.read(), sent.filename


@blueprint.post("/batches/<int:batch_id>/report/look")
@allow(*BATCH.who("report"))
def look(batch_id: int) -> Any:
    """What would be understood of a file, column by column. Nothing is kept of it."""
    batch = batch_for(batch_id, current_user)
    try:
        data, name = _sent()
        understood = read_report(data, filename=name)
    except Refusal as refusal:
        told = render_template("finance/report_look.html", batch=batch, refusal=refusal)
        return told, status_of(refusal)
    return render_template(
        "finance/report_look.html",
        batch=batch,
        refusal=None,
        understood=understood,
        columns=COLUMNS,
        sample=understood.rows[:SAMPLE],
        mark=hashlib.sha256(data).hexdigest(),
        name=name,
    )


@blueprint.post("/batches/<int:batch_id>/report")
@allow(*BATCH.who("report"))
def send_report(batch_id: int) -> Any:
    """The report counts from now on, and is compared. The same file again changes nothing."""
    batch = batch_for(batch_id, current_user)
    here = url_for("finance.batch", batch_id=batch_id)

    def work() -> str:
        data, name = _sent()
        mark = hashlib.sha256(data).hexdigest()
        if request.form.get("looked_at", mark) != mark:
            raise FileChanged()
        if _is_current(batch, mark):
            said = t(
                "与现有上报表完全相同，未作更改。", "The same file as before: nothing changed."
            )
            flash(said, "move")
            return here
        at = now()
        take_report(batch=batch, data=data, filename=name, by=current_user, at=at)
        came_out = reconcile_batch(batch=batch, by=current_user, at=at)
        said = t("已对账：{matched} 行相符，{n} 项差异。", "Compared: {matched} agree, {n} differ.")
        flash(said.format(matched=came_out.matched, n=came_out.differences), "ok")
        return here

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


@blueprint.post("/batches/<int:batch_id>/comparison")
@allow(*BATCH.who("reconcile"))
def compare_again(batch_id: int) -> Any:
    """Compare the current report once more: letters may have changed since."""
    batch = batch_for(batch_id, current_user)

    def work() -> str:
        came_out = reconcile_batch(batch=batch, by=current_user, at=now())
        said = t("已重新对账：{n} 项差异。", "Compared again: {n} differences.")
        flash(said.format(n=came_out.differences), "ok")
        return url_for("finance.batch", batch_id=batch_id)

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


def _is_current(batch: Batch, mark: str) -> bool:
    query = select(Report.id).where(
        Report.batch_id == batch.id, Report.replaced_at.is_(None), Report.sha256 == mark
    )
    return batch.state == "reconciled" and db.session.scalar(query) is not None


def _report(report_id: int) -> Report:
    batches = visible_batches(current_user).with_only_columns(Batch.id)
    query = select(Report).where(Report.id == report_id, Report.batch_id.in_(batches))
    found = db.session.scalar(query)
    if found is None:
        raise UnknownReport()
    return found


@blueprint.get("/reports/<int:report_id>")
@allow(*READERS)
def report_file(report_id: int) -> Response:
    """A report as the centre sent it, replaced or not."""
    report = _report(report_id)
    note_view(action="report fetched", subject=f"batch:{report.batch_id}")
    return download(kept_file(report), report.filename, "application/octet-stream")


@blueprint.get("/reports/<int:report_id>/handed-back")
@allow(*READERS)
def handed_back(report_id: int) -> Response:
    """All rows of a report, the reason beside those not understood: to mend and send again."""
    report = _report(report_id)
    note_view(action="report fetched", subject=f"batch:{report.batch_id}")
    stem = report.filename.rsplit(".", 1)[0]
    made = report_workbook(report, language=language())
    return download(made, f"{stem}-退回 handed back.xlsx", XLSX)
