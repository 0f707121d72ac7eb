"""What a centre paid couriers for originals: the alliance's cost, settled with the week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee.business_time import business_day, now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.money import parse_yuan, yuan
from guarantee.parties.centers import Center
from guarantee.refusals import Invalid, Refusal
from guarantee.roles import Role
from guarantee.settlement import courier
from guarantee.settlement.models import BatchLine, CourierFee
from guarantee.settlement.visible import visible_centers
from guarantee.sheets.cells import compact
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named


class NoTrackingNumber(Invalid):
    code = "tracking_number_needed"
    words = forms.Missing.words
    field = "tracking_number"


@blueprint.get("/courier")
@allow(*READERS)
def courier_fees() -> Any:
    """What centres paid couriers for originals, and in which batch it is settled."""
    return _courier({})


def _courier(errors: Mapping[str, Refusal]) -> Any:
    listing = Listing.asked(sort="-paid")
    centers = visible_centers(current_user).with_only_columns(Center.id)
    query = select(CourierFee).where(CourierFee.center_id.in_(centers))
    if listing.q:
        query = query.where(CourierFee.tracking_number.ilike(like(listing.q), escape="\\"))
    listing.fetch(query, {"paid": CourierFee.paid_on, "amount": CourierFee.amount_fen,
                          "id": CourierFee.id})  # fmt: skip
    lines = select(BatchLine).where(BatchLine.id.in_([one.line_id for one in listing.items]))
    lines = lines.options(selectinload(BatchLine.batch))
    batches = {line.id: line.batch for line in db.session.scalars(lines)}
    names = {one.id: one for one in db.session.scalars(visible_centers(current_user))}
    if listing.export:
        headings = [
            Heading(t("急救中心", "Centre")),
            Heading(t("快递单号", "Tracking number")),
            Heading(t("支付日", "Paid on"), "day"),
            Heading(t("金额（元）", "Amount"), "fen"),
            Heading(t("结算批次", "Batch")),
        ]
        rows = [
            (named(names[one.center_id]), one.tracking_number, one.paid_on, one.amount_fen,
             batches[one.line_id].week if one.line_id else "")
            for one in listing.items
        ]  # fmt: skip
        return as_workbook(t("快递费", "courier fees"), headings, rows, at=now())
    return render_template(
        "finance/courier.html",
        listing=listing,
        batches=batches,
        centers=names,
        today=business_day(now()),
        may_record=current_user.role == Role.CENTER_FINANCE,
        errors=errors,
    )


@blueprint.post("/courier")
@allow(Role.CENTER_FINANCE)
def record_courier_fee() -> Any:
    """Note a fee that the centre paid; the next batch settles it."""

    def work() -> str:
        number = compact(forms.text("tracking_number", most=40))
        if not number:
            raise NoTrackingNumber()
        amount = forms.text("fee_fen", most=20, required=True)
        made = courier.record_fee(
            center=current_user.center,
            tracking_number=number,
            amount_fen=parse_yuan(amount, field="fee_fen"),
            paid_on=forms.day("paid_on") or business_day(now()),
            by=current_user,
            at=now(),
        )
        said = t("已登记 {number}：{fen} 元。", "{number}: {fen} noted.")
        flash(said.format(number=number, fen=yuan(made.amount_fen)), "ok")
        return url_for("finance.courier_fees")

    return forms.attempt(work, again=lambda errors: str(_courier(errors)))
