"""The centre's drawer: its reserve fund, what was drawn from it and what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import business_day, now
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.models import Letter
from guarantee.letters.visible import letter_for, visible_letters
from guarantee.money import parse_yuan, yuan
from guarantee.parties.centers import Center, UnknownCenter
from guarantee.parties.hospitals import Hospital, UnknownHospital
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.models import Batch, BatchLine, ReserveDrawdown
from guarantee.settlement.report import LONGEST_RECEIPT
from guarantee.settlement.visible import visible_centers
from guarantee.sheets.cells import compact
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.finance.fund_movements import Month, month_of
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import as_workbook
from guarantee.web.wording import named, words


def _center() -> Center:
    """The centre whose fund is shown: one's own, or the one asked for. Refuses
    `unknown_center`."""
    query = visible_centers(current_user).order_by(Center.code)
    if code := request.values.get("center"):
        query = query.where(Center.code == code)
    found = db.session.scalar(query.limit(1))
    if found is None:
        raise UnknownCenter()
    return found


@blueprint.get("/fund")
@allow(*READERS)
def fund() -> Any:
    """A centre's fund in a month: opening balance, every movement, closing balance."""
    month = month_of(_center(), request.args.get("month", ""), at=now())
    if request.args.get("export") == "xlsx":
        return _export(month)
    return _page(month, {})


def _page(month: Month, errors: Mapping[str, Refusal]) -> str:
    center = month.center
    centers = db.session.scalars(visible_centers(current_user).order_by(Center.code)).all()
    return render_template(
        "finance/fund.html",
        month=month,
        center=center,
        centers=[(one, reserve_fund.balance(one)) for one in centers],
        balance=reserve_fund.balance(center),
        unreplenished_fen=_unreplenished(center),
        waiting=_waiting(center) if current_user.role == Role.CENTER_FINANCE else [],
        hospitals=_outside(center) if current_user.role == Role.CENTER_FINANCE else [],
        today=business_day(now()),
        may_draw=current_user.role == Role.CENTER_FINANCE,
        may_fill=current_user.role == Role.ALLIANCE_FINANCE,
        errors=errors,
    )


def _unreplenished(center: Center) -> int:
    """What was drawn and has not come back: in no batch yet, or in one that is not paid. Fen."""
    query = (
        select(func.coalesce(func.sum(ReserveDrawdown.amount_fen), 0))
        .outerjoin(BatchLine, BatchLine.id == ReserveDrawdown.line_id)
        .outerjoin(Batch, Batch.id == BatchLine.batch_id)
        .where(
            ReserveDrawdown.center_id == center.id,
            Batch.id.is_(None) | Batch.paid_on.is_(None),
        )
    )
    return int(db.session.scalar(query) or 0)


def _waiting(center: Center) -> Sequence[Letter]:
    """Letters to a hospital outside the network for which nothing was drawn yet."""
    drawn = select(ReserveDrawdown.letter_id).where(ReserveDrawdown.center_id == center.id)
    query = (
        visible_letters(current_user)
        .join(Hospital, Hospital.id == Letter.hospital_id)
        .where(
            Letter.kind == "initial",
            Letter.state.in_(("issued", "lapsed")),
            Letter.in_hospital_fen > 0,
            Hospital.in_network.is_(False),
            Letter.id.not_in(drawn),
        )
        .options(selectinload(Letter.hospital), selectinload(Letter.case).selectinload(Case.center))
        .order_by(Letter.issued_at.desc())
        .limit(20)
    )
    return db.session.scalars(query).all()


def _outside(center: Center) -> Sequence[Hospital]:
    query = select(Hospital).where(
        Hospital.city_code == center.city_code, Hospital.in_network.is_(False)
    )
    return db.session.scalars(query.order_by(Hospital.name).limit(400)).all()


@blueprint.post("/fund/drawdowns")
@allow(Role.CENTER_FINANCE)
def draw_down() -> Any:
    """The centre paid a hospital outside the network from its fund."""

    def work() -> str:
        letter = letter_for(forms.text("number", most=40, required=True), current_user)
        paid_on = forms.day("paid_on")
        if paid_on is None:
            raise forms.Missing(field="paid_on")
        amount = forms.text("amount_fen", most=20, required=True)
        drawn = reserve_fund.draw_down(
            letter=letter,
            hospital=_hospital(forms.text("hospital", most=160)) or letter.hospital,
            amount_fen=parse_yuan(amount, field="amount_fen"),
            receipt_number=forms.text("receipt_number", most=LONGEST_RECEIPT),
            paid_on=paid_on,
            by=current_user,
            at=now(),
        )
        said = t("已登记动用 {fen} 元，票据 {receipt}。", "{fen} drawn against receipt {receipt}.")
        flash(said.format(fen=yuan(drawn.amount_fen), receipt=drawn.receipt_number), "ok")
        return url_for("finance.fund")

    def again(errors: Mapping[str, Refusal]) -> str:
        return _page(month_of(_center(), "", at=now()), errors)

    return forms.attempt(work, again=again)


def _hospital(typed: str) -> Hospital | None:
    """The hospital named by its code or its whole name; None when nothing was typed. Refuses
    `unknown_hospital`."""
    if not typed:
        return None
    code = typed.split()[0]
    query = select(Hospital).where((Hospital.code == code) | (Hospital.name == typed)).limit(1)
    found = db.session.scalar(query)
    if found is None:
        raise UnknownHospital()
    return found


@blueprint.post("/fund/fillings")
@allow(Role.ALLIANCE_FINANCE)
def fill() -> Any:
    """Headquarters has put money into a centre's fund; the transfer's reference counts once."""

    def work() -> str:
        center = _center()
        amount = forms.text("amount_fen", most=20, required=True)
        balance = reserve_fund.fund(
            center=center,
            amount_fen=parse_yuan(amount, field="amount_fen"),
            key=compact(forms.text("key", most=60, required=True)),
            by=current_user,
            at=now(),
        )
        flash(t("余额 {fen} 元。", "The balance is {fen}.").format(fen=yuan(balance)), "ok")
        return url_for("finance.fund", center=center.code)

    def again(errors: Mapping[str, Refusal]) -> str:
        return _page(month_of(_center(), "", at=now()), errors)

    return forms.attempt(work, again=again)


def _export(month: Month) -> Response:
    headings = [
        Heading(t("时间", "When"), "moment"),
        Heading(t("事项", "What")),
        Heading(t("收支（元）", "In / out"), "fen"),
        Heading(t("余额（元）", "Balance"), "fen"),
        Heading(t("票据号", "Receipt")),
        Heading(t("医院", "Hospital")),
        Heading(t("担保函号", "Letter")),
    ]
    rows: list[tuple[object, ...]] = [
        (None, t("期初余额", "Opening balance"), None, month.opening_fen, "", "", "")
    ]
    rows += [
        (one.at, words(one.what), one.fen, one.balance_fen,
         one.drawdown.receipt_number if one.drawdown else "",
         named(one.drawdown.hospital) if one.drawdown else "",
         one.drawdown.letter.number if one.drawdown else "")
        for one in month.movements
    ]  # fmt: skip
    name = f"{month.center.code}-{month.name}-{t('备用金', 'reserve fund')}"
    return as_workbook(name, headings, rows, at=now())
