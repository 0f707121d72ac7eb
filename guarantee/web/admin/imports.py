"""Member files: a template, a look at what would happen, the import, the rows handed back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.members.models import ImportFile
from guarantee.members.pending import keep_for_review, let_go, pending_import, take_in
from guarantee.members.rejects import REASONS, WARNINGS, rejected_workbook
from guarantee.members.rows import COLUMNS
from guarantee.parties.insurers import Insurer, insurer_by_code
from guarantee.refusals import Invalid, NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.sheets.writing import Heading, Sheet, workbook
from guarantee.web import forms
from guarantee.web.listing import XLSX, Listing, download

blueprint = Blueprint("imports", __name__, url_prefix="/members/import")

SHOWN_ROWS = 200
"""Rows shown on the page; the workbook of rejected rows always has all."""


class NoFile(Invalid):
    code = "no_file"
    words = Words("请先选择文件。", "Choose a file first.")
    field = "file"


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> str:
    """Where a file is sent in, and every file that was."""
    return _index({})


def _index(errors: dict[str, Refusal]) -> str:
    listing = Listing.asked(sort="-at", per_page=20)
    listing.fetch(select(ImportFile), {"at": ImportFile.imported_at, "id": ImportFile.id})
    return render_template(
        "admin/import.html",
        errors=errors,
        listing=listing,
        columns=COLUMNS,
        insurers=db.session.scalars(select(Insurer).order_by(Insurer.code)).all(),
    )


@blueprint.get("/template")
@allow(Role.ADMIN, Role.AUDITOR)
def template() -> Response:
    """An empty workbook with the columns an insurer fills in."""
    headings = [Heading(column.headers[0]) for column in COLUMNS]
    made = workbook([Sheet(name="会员", headings=headings, rows=[])], made_at=now())
    return download(made, "会员导入模板 members.xlsx", XLSX)


@blueprint.post("")
@allow(Role.ADMIN)
def look() -> Any:
    """Look at a file: what would become of each row. Nothing counts yet."""

    def work() -> str:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise NoFile()
        kept = keep_for_review(
            data=sent.read(),
            filename=sent.filename,
            insurer=insurer_by_code(request.form.get("insurer", "")),
            by=current_user,
            at=now(),
        )
        return url_for("imports.preview", pending_id=kept.id)

    return forms.attempt(work, again=_index)


@blueprint.get("/preview/<int:pending_id>")
@allow(Role.ADMIN)
def preview(pending_id: int) -> str:
    """What would become of each row of a file that waits for a decision."""
    kept = pending_import(pending_id, by=current_user, at=now())
    return _preview(kept, {})


def _preview(kept: Any, errors: dict[str, Refusal]) -> str:
    return render_template(
        "admin/import_preview.html",
        errors=errors,
        kept=kept,
        **_told(kept.preview["rows"]),
    )


def _told(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows worth reading (rejected, then warned), how many, and the reasons gathered."""
    notable = [row for row in rows if row["outcome"] == "rejected"]
    notable += [row for row in rows if row["outcome"] == "accepted" and row["warnings"]]
    reasons = Counter(row["reason"] for row in rows if row["outcome"] == "rejected")
    warnings = Counter(
        code for row in rows if row["outcome"] == "accepted" for code in row["warnings"]
    )
    return {
        "rows": notable[:SHOWN_ROWS],
        "more_rows": max(0, len(notable) - SHOWN_ROWS),
        "reasons": reasons.most_common(),
        "warned": warnings.most_common(),
        "reason_words": REASONS,
        "warning_words": WARNINGS,
    }


@blueprint.post("/preview/<int:pending_id>")
@allow(Role.ADMIN)
def confirm(pending_id: int) -> Any:
    """Take the file in."""

    def work() -> str:
        kept = pending_import(pending_id, by=current_user, at=now())
        file = take_in(pending=kept, by=current_user, at=now())
        flash(t("{n} 行已导入。", "{n} rows are taken in.", n=file.accepted), "ok")
        return url_for("imports.show", file_id=file.id)

    return forms.attempt(work, again=_index)


@blueprint.post("/preview/<int:pending_id>/dropped")
@allow(Role.ADMIN)
def drop(pending_id: int) -> Response:
    """Forget the file."""
    let_go(pending=pending_import(pending_id, by=current_user, at=now()))
    flash(t("未导入任何内容。", "Nothing was taken in."), "move")
    return redirect(url_for("imports.index"), 303)


def _file(file_id: int) -> ImportFile:
    file = db.session.get(ImportFile, file_id)
    if file is None:
        raise NotFound()
    return file


@blueprint.get("/<int:file_id>")
@allow(Role.ADMIN, Role.AUDITOR)
def show(file_id: int) -> str:
    """What became of a file."""
    file = _file(file_id)
    rows = [
        {"row": r.row, "outcome": r.outcome, "reason": r.reason, "warnings": r.warnings,
         "member_id": r.member_id}
        for r in file.rows
    ]  # fmt: skip
    return render_template("admin/import_result.html", file=file, **_told(rows))


@blueprint.get("/<int:file_id>/rejected")
@allow(Role.ADMIN)
def rejected(file_id: int) -> Response:
    """The rejected rows as a workbook to correct and send again."""
    file = _file(file_id)
    note_view(action="rejected rows fetched", subject=f"import:{file.id}")
    name = file.filename.rsplit(".", 1)[0]
    return download(rejected_workbook(file), f"{name}-退回 rejected.xlsx", XLSX)
