"""Every line of a batch: what the system held, what the centre reported, what is paid."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.models import Letter
from guarantee.settlement.models import BatchLine
from guarantee.settlement.statement_facts import statement_of
from guarantee.settlement.visible import batch_for
from guarantee.settlement.wording import PART_WORDS
from guarantee.sheets.writing import Heading
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import words


@blueprint.get("/batches/<int:batch_id>/lines")
@allow(*READERS)
def lines(batch_id: int) -> Any:
    """The batch's lines; what a line comes to is the statement's own figure."""
    batch = batch_for(batch_id, current_user)
    said = dict(zip([one.id for one in batch.lines], statement_of(batch).lines, strict=True))
    listing = Listing.asked(filters=("part",), sort="id")
    query = select(BatchLine).where(BatchLine.batch_id == batch.id)
    query = query.outerjoin(Letter, Letter.id == BatchLine.letter_id)
    query = query.options(selectinload(BatchLine.letter))
    if part := listing.filters.get("part"):
        query = query.where(BatchLine.part == part)
    if listing.q:
        found = like("".join(listing.q.split()))
        query = query.where(
            or_(Letter.number.like(found, escape="\\"), BatchLine.receipts.like(found, escape="\\"))
        )
    columns = {"id": BatchLine.id, "amount": BatchLine.amount_fen, "day": BatchLine.charged_from,
               "last": BatchLine.id}  # fmt: skip
    listing.fetch(query, columns)
    if listing.export:
        headings = [
            Heading(t("担保函号", "Letter")),
            Heading(t("项目", "Part")),
            Heading(t("标记", "Mark")),
            Heading(t("费用日期", "From"), "day"),
            Heading(t("票据号", "Receipts")),
            Heading(t("系统（元）", "System"), "fen"),
            Heading(t("上报（元）", "Report"), "fen"),
            Heading(t("结算（元）", "Settled"), "fen"),
        ]
        rows = [
            (one.letter_number, words(one.part), words(one.mark), one.charged_from, one.receipts,
             one.system_fen, one.report_fen, one.settled_fen)
            for one in (said[line.id] for line in listing.items)
        ]  # fmt: skip
        name = f"{batch.center.code}-{batch.week}-{t('明细', 'lines')}"
        return as_workbook(name, headings, rows, at=now())
    return render_template(
        "finance/lines.html", batch=batch, listing=listing, said=said, parts=PART_WORDS
    )
