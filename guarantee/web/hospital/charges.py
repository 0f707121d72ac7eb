"""Charges at the desk: one by one, taken back, or as a file that is shown before it counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from guarantee.business_time import business_day, now
from guarantee.charges.bill_file import parse_quantity, rejected_rows_workbook
from guarantee.charges.catalogue import in_scope
from guarantee.charges.lines import BadQuantity, ChargeLine, amount_of
from guarantee.charges.models import Charge
from guarantee.charges.pending import (
    PendingBill,
    keep_for_review,
    let_go,
    pending_bill,
    post_pending,
    preview,
)
from guarantee.charges.posting import Posted, post_charges, refund_of
from guarantee.charges.stay import charges_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.money import parse_yuan, yuan
from guarantee.refusals import NotFound, Refusal
from guarantee.roles import Role
from guarantee.sheets.containers import EmptyFile
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.hospital.letter_page import (
    address_of,
    blueprint,
    done_on,
    letter_page,
    own_letter,
)
from guarantee.web.listing import XLSX, as_workbook, download


def said(posted: Posted) -> str:
    """What a posting came to, as one sentence."""
    sentence = t(
        "已记账：已用 {used} 元，剩余 {left} 元，患者自付 {patient} 元。",
        "Posted: used {used}, left {left}, patient's share {patient}.",
        used=yuan(posted.captured_fen),
        left=yuan(posted.remaining_fen),
        patient=yuan(posted.patient_fen),
    )
    if posted.duplicates:
        sentence += t(
            "其中 {n} 行此前已记，不重复计。", " {n} were posted before.", n=posted.duplicates
        )
    return sentence


def _warn(posted: Posted | None) -> None:
    if posted is not None and posted.alerts:
        flash(
            t(
                "院内担保已用到 {n}%。请考虑申请追加。",
                "{n}% of the in-hospital guarantee is used. Consider asking for a top-up.",
                n=posted.alerts[-1],
            ),
            "wait",
        )


@blueprint.post("/letters/<number>/charges")
@allow(Role.BILLING_DESK)
def post_line(number: str) -> Any:
    """Post one line that was typed."""
    letter = own_letter(number)

    def work() -> str:
        try:
            posted = post_charges(letter=letter, lines=[_typed()], by=current_user, at=now())
        except Refusal as refusal:
            refusal.field = (refusal.field or "").removeprefix("lines.0.") or None
            raise
        _warn(posted)
        flash(said(posted), "ok")
        return address_of(letter, posted=1)

    return forms.attempt(work, again=lambda errors: letter_page(letter, errors, "post"))


def _typed() -> ChargeLine:
    """The typed line. Its id is the form's own key, so that a second click counts once."""
    quantity = parse_quantity(forms.text("quantity", most=20) or "1")
    if quantity != quantity.quantize(Decimal("0.001")) or abs(quantity) > 1_000_000:
        raise BadQuantity(field="quantity")
    price = parse_yuan(forms.text("unit_price_fen", most=20, required=True), field="unit_price_fen")
    return ChargeLine(
        line_id=f"DESK-{forms.text('request_key', most=40, required=True)}",
        part=Part.IN_HOSPITAL,
        charged_on=forms.day("charged_on") or business_day(now()),
        category=forms.text("category", most=40),
        code=forms.text("code", most=40),
        name=forms.text("name", most=120, required=True),
        quantity=quantity,
        unit_price_fen=price,
        amount_fen=amount_of(quantity, price),
        in_scope=in_scope(forms.text("in_scope", most=10)),
    )


@blueprint.post("/letters/<number>/charges/<int:charge_id>/refund")
@allow(Role.BILLING_DESK)
def refund(number: str, charge_id: int) -> Any:
    """Take a posted line back by a negative one."""
    letter = own_letter(number)

    def work() -> str:
        charge = db.session.get(Charge, charge_id)
        if charge is None or charge.letter_id != (letter.amends_id or letter.id):
            raise NotFound()
        at = now()
        line = refund_of(charge, on=business_day(at))
        return said(post_charges(letter=letter, lines=[line], by=current_user, at=at))

    return done_on(letter, work, part="refund")


@blueprint.post("/letters/<number>/charges/file")
@allow(Role.BILLING_DESK)
def upload(number: str) -> Any:
    """Look at a bill file; nothing of it counts yet."""
    letter = own_letter(number)

    def work() -> str:
        sent: FileStorage | None = request.files.get("file")
        if sent is None or not sent.filename:
            raise EmptyFile()
        kept = keep_for_review(
            letter=letter,
            data=sent.read(),
            filename=sent.filename,
            by=current_user,
            at=now(),
        )
        return url_for("hospital.show_file", pending_id=kept.id)

    return forms.attempt(work, again=lambda errors: letter_page(letter, errors, "file"))


def _mine(pending_id: int) -> PendingBill:
    return pending_bill(pending_id, by=current_user, at=now())


@blueprint.get("/files/<int:pending_id>")
@allow(Role.BILLING_DESK)
def show_file(pending_id: int) -> str:
    """What posting the file would do, line by line, and the rows that would be handed back."""
    kept = _mine(pending_id)
    return render_template("hospital/file.html", kept=kept, seen=preview(kept), shown=200)


@blueprint.post("/files/<int:pending_id>/post")
@allow(Role.BILLING_DESK)
def post_file(pending_id: int) -> Any:
    """Post the lines of the file that can be posted."""
    kept = _mine(pending_id)
    letter: Letter = kept.letter

    def work() -> str:
        rejected = len(preview(kept).bill.rejected)
        posted = post_pending(pending=kept, by=current_user, at=now())
        _warn(posted)
        if posted is not None:
            flash(said(posted), "ok")
        if rejected:
            return url_for("hospital.show_file", pending_id=kept.id)
        return address_of(letter)

    def again(errors: dict[str, Refusal]) -> str:
        return render_template("hospital/file.html", kept=kept, seen=preview(kept), shown=200)

    return forms.attempt(work, again=again)


@blueprint.post("/files/<int:pending_id>/discard")
@allow(Role.BILLING_DESK)
def discard_file(pending_id: int) -> Response:
    """Forget the file."""
    kept = _mine(pending_id)
    answer = redirect(address_of(kept.letter), 303)
    let_go(pending=kept)
    return answer  # type: ignore[return-value]


@blueprint.get("/files/<int:pending_id>/rejected.xlsx")
@allow(Role.BILLING_DESK)
def rejected_rows(pending_id: int) -> Response:
    """The rows that were not taken, with reasons, to be corrected and sent again."""
    kept = _mine(pending_id)
    made = rejected_rows_workbook(preview(kept).bill, made_at=kept.made_at)
    stem = kept.filename.rpartition(".")[0] or kept.filename
    return download(made, f"{stem}-{t('退回', 'returned')}.xlsx", XLSX)


@blueprint.get("/letters/<number>/lines.xlsx")
@allow(Role.BILLING_DESK)
def export_lines(number: str) -> Response:
    """All in-hospital lines of the case as a workbook."""
    letter = own_letter(number)
    headings = [
        Heading(t("发生日期", "Day"), "day"),
        Heading(t("明细流水号", "Line id")),
        Heading(t("项目编码", "Code")),
        Heading(t("项目名称", "Item")),
        Heading(t("类别", "Category")),
        Heading(t("数量", "Quantity")),
        Heading(t("单价", "Unit price"), "fen"),
        Heading(t("金额", "Amount"), "fen"),
        Heading(t("社保范围", "Scope")),
        Heading(t("担保承担", "Guaranteed"), "fen"),
        Heading(t("患者自付", "Patient's"), "fen"),
        Heading(t("记账时间", "Posted"), "moment"),
    ]
    rows = [
        (c.charged_on, c.line_id, c.code, c.name, c.category, f"{c.quantity.normalize():f}",
         c.unit_price_fen, c.amount_fen, t("范围内", "in") if c.in_scope else t("自费", "self-pay"),
         c.guaranteed_fen, c.patient_fen, c.posted_at)
        for c in charges_of(letter, Part.IN_HOSPITAL)
    ]  # fmt: skip
    return as_workbook(t("费用明细", "charges"), headings, rows, at=now())
