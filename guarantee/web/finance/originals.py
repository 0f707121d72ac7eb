"""Originals: the centre's parcel, headquarters ticking off what has arrived, the batch closed."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.money import parse_yuan
from guarantee.refusals import Invalid, Words
from guarantee.settlement import originals
from guarantee.settlement.models import Batch, Original
from guarantee.settlement.visible import batch_for, visible_batches
from guarantee.settlement.wording import ORIGINAL_WORDS
from guarantee.sheets.writing import Heading
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance.batch import page
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named

MOST_CODES = 20_000  # characters scanned in one go


class NoCode(Invalid):
    code = "no_code"
    words = Words("请扫描、输入或勾选至少一份原件。", "Scan, type or tick at least one original.")
    field = "codes"


def codes_of(typed: str) -> list[str]:
    """The codes in what a scanner or a person put down: one a line, or commas between."""
    split = typed.replace("，", "\n").replace(",", "\n").replace("、", "\n").splitlines()
    return list(dict.fromkeys(code.strip() for code in split if code.strip()))


@blueprint.post("/batches/<int:batch_id>/mailing")
@allow(*BATCH.who("mail"))
def mail(batch_id: int) -> Any:
    """A parcel is on its way: what is in it, with whom, under which number."""
    batch = batch_for(batch_id, current_user)

    def work() -> str:
        fee = forms.text("fee_fen", most=20)
        chosen = request.form.getlist("code")
        if not chosen:
            raise NoCode(field="code_list")
        made = originals.mail(
            batch=batch,
            courier=forms.text("courier", most=40, required=True),
            tracking_number=forms.text("tracking_number", most=60),
            codes=chosen,
            fee_fen=parse_yuan(fee, field="fee_fen") if fee else 0,
            mailed_on=forms.day("mailed_on"),
            by=current_user,
            at=now(),
        )
        said = t(
            "已登记快递 {number}，内含 {n} 份原件。", "Parcel {number} with {n} originals noted."
        )
        flash(said.format(number=made.tracking_number, n=len(made.originals)), "ok")
        return url_for("finance.batch", batch_id=batch_id)

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


@blueprint.post("/batches/<int:batch_id>/arrivals")
@allow(*BATCH.who("tick_off"))
def tick_off(batch_id: int) -> Any:
    """Tick off what has arrived, scanned or ticked. The same again changes nothing."""
    batch = batch_for(batch_id, current_user)

    def work() -> str:
        codes = codes_of(forms.long_text("codes", most=MOST_CODES))
        codes += [one for one in request.form.getlist("code") if one not in codes]
        if not codes:
            raise NoCode()
        done = originals.tick_off(batch=batch, codes=codes, by=current_user, at=now())
        flash(t("已核收 {n} 份原件。", "{n} originals ticked off.").format(n=len(done)), "ok")
        return url_for("finance.batch", batch_id=batch_id)

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


@blueprint.post("/batches/<int:batch_id>/close")
@allow(*BATCH.who("close"))
def close(batch_id: int) -> Any:
    """Close the batch; what is missing stays owed. The second click finds it closed."""
    batch = batch_for(batch_id, current_user)

    def work() -> str:
        if batch.closed_by_id != current_user.id:
            originals.close(batch=batch, by=current_user, at=now())
            flash(t("批次已关闭。", "The batch is closed."), "ok")
        return url_for("finance.batch", batch_id=batch_id)

    return forms.attempt(work, again=lambda errors: page(batch_for(batch_id, current_user), errors))


@blueprint.get("/originals")
@allow(*READERS)
def owed_papers() -> Any:
    """Every original that a centre of the reader still owes headquarters."""
    listing = Listing.asked(filters=("kind", "sent"), sort="week")
    batches = visible_batches(current_user).with_only_columns(Batch.id)
    query = select(Original).join(Batch, Batch.id == Original.batch_id)
    query = query.where(Original.arrived_at.is_(None), Original.batch_id.in_(batches))
    query = query.options(
        selectinload(Original.batch).selectinload(Batch.center),
        selectinload(Original.letter),
        selectinload(Original.mailing),
    )
    if kind := listing.filters.get("kind"):
        query = query.where(Original.kind == kind)
    if sent := listing.filters.get("sent"):
        query = query.where(Original.mailing_id.is_not(None) == (sent == "yes"))
    if listing.q:
        query = query.where(Original.code.ilike(like(listing.q), escape="\\"))
    listing.fetch(query, {"week": Batch.week, "code": Original.code, "id": Original.id})
    if listing.export:
        return _export(listing)
    return render_template("finance/originals.html", listing=listing, kinds=ORIGINAL_WORDS)


def _export(listing: Listing) -> Response:
    headings = [
        Heading(t("急救中心", "Centre")),
        Heading(t("批次", "Batch")),
        Heading(t("原件", "Original")),
        Heading(t("编号", "Code")),
        Heading(t("担保函号", "Letter")),
        Heading(t("快递单号", "Tracking number")),
        Heading(t("寄出日", "Mailed"), "day"),
    ]
    rows = [
        (named(one.batch.center), one.batch.week, t(*ORIGINAL_WORDS[one.kind]), one.code,
         one.letter.number if one.letter else "",
         one.mailing.tracking_number if one.mailing else "",
         one.mailing.mailed_on if one.mailing else None)
        for one in listing.items
    ]  # fmt: skip
    return as_workbook(t("未到原件", "originals owed"), headings, rows, at=now())
