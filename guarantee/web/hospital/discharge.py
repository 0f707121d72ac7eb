"""Towards discharge: more guarantee asked for, the final bill, the patient's statement."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_login import current_user

from guarantee.business_time import business_day, now
from guarantee.charges.final_bill import close_with_final_bill, final_bill_of
from guarantee.charges.stay import charged, charges_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.ledger.models import Part
from guarantee.letters import top_up
from guarantee.letters.models import TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.snapshot import content_of
from guarantee.money import parse_yuan, yuan
from guarantee.refusals import NotFound
from guarantee.roles import Role
from guarantee.web import forms
from guarantee.web.hospital.letter_page import blueprint, done_on, own_letter
from guarantee.web.shell import settings

SETTINGS = ("inpatient", "outpatient")


@blueprint.post("/letters/<number>/top-up")
@allow(Role.BILLING_DESK)
def ask(number: str) -> Any:
    """Ask the hotline for more in-hospital guarantee."""
    letter = own_letter(number)

    def work() -> str:
        chosen = forms.text("setting", most=10)
        if chosen not in SETTINGS:
            raise forms.NotAChoice(field="setting")
        made = top_up.ask(
            letter=letter,
            amount_fen=parse_yuan(
                forms.text("amount_fen", most=20, required=True), field="amount_fen"
            ),
            reason=forms.text("reason", most=200),
            setting=chosen,
            by=current_user,
            at=now(),
            settings=settings(),
        )
        return t(
            "已申请追加 {n} 元，联盟热线将在 {m} 分钟内决定。",
            "{n} yuan asked for; the hotline decides within {m} minutes.",
            n=yuan(made.asked_fen),
            m=settings().top_up_minutes,
        )

    return done_on(letter, work, part="top-up")


@blueprint.post("/letters/<number>/top-up/<int:request_id>/withdraw")
@allow(Role.BILLING_DESK)
def withdraw(number: str, request_id: int) -> Any:
    """Take a top-up request back before it is decided."""
    letter = own_letter(number)

    def work() -> str:
        asked = db.session.get(TopUpRequest, request_id)
        if asked is None or asked.letter_id != (letter.amends_id or letter.id):
            raise NotFound()
        top_up.withdraw(request=asked, by=current_user, at=now())
        return t("追加申请已撤回。", "The request is withdrawn.")

    return done_on(letter, work)


@blueprint.post("/letters/<number>/final-bill")
@allow(Role.BILLING_DESK)
def send_final_bill(number: str) -> Any:
    """Close the stay; the total on the hospital's bill must be that of the posted lines."""
    letter = own_letter(number)

    def work() -> str:
        bill = close_with_final_bill(
            letter=letter,
            billed_on=forms.day("billed_on"),
            total_fen=parse_yuan(
                forms.text("total_fen", most=20, required=True), field="total_fen"
            ),
            by=current_user,
            at=now(),
        )
        return t(
            "已结案：联盟付医院 {g} 元，患者自付 {p} 元。可打印患者结算单。",
            "Closed: the alliance pays {g}, the patient {p}. The patient's statement can be "
            "printed.",
            g=yuan(bill.guaranteed_fen),
            p=yuan(bill.patient_fen),
        )

    return done_on(letter, work, part="final-bill")


@blueprint.get("/letters/<number>/statement")
@allow(Role.BILLING_DESK)
def statement(number: str) -> str:
    """The patient's statement, to print: what was charged, what the guarantee bears, what is
    theirs; by class first, then line by line."""
    letter = own_letter(number)
    position = position_of(letter)
    lines = charges_of(letter, Part.IN_HOSPITAL)
    by_category: dict[str, list[int]] = {}
    for line in lines:
        sums = by_category.setdefault(line.category or t("其他", "Other"), [0, 0])
        sums[0] += line.amount_fen
        sums[1] += line.guaranteed_fen
    note_view(action="statement viewed", subject=f"letter:{position.initial.number}")
    return render_template(
        "hospital/statement.html",
        letter=position.initial,
        holder=content_of(position.initial).member_name,
        position=position,
        lines=lines,
        by_category=sorted(by_category.items(), key=lambda item: -item[1][0]),
        sums=charged(letter),
        bill=final_bill_of(letter),
        today=business_day(now()),
    )
