"""A centre's own charges: letters that wait for them, and the form of a trip with its receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import business_day, now
from guarantee.cases.models import Case
from guarantee.charges.lines import LONGEST_WORD, ChargeLine
from guarantee.charges.models import Charge
from guarantee.charges.posting import REFUND_MARK, post_charges, refund_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import note_view
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.letters.visible import initial_of, letter_for, visible_letters
from guarantee.money import parse_yuan, yuan
from guarantee.refusals import Invalid, NotFound, Refusal, Words
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.tables import LETTER
from guarantee.web import forms
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import named, shanghai

KINDS: dict[str, Words] = {
    "vehicle": Words("车费", "Vehicle"),
    "treatment": Words("急救费", "On-board treatment"),
    "visit": Words("出诊费", "Doctor's visit"),
    "transfer": Words("转运费", "Transfer"),
}
"""The four charges of a trip; the Chinese word is the line's category, as in the weekly report."""
TAKING = ("issued", "presented", "closed")


class NoAmount(Invalid):
    code = "no_amount"
    words = Words("请至少填写一项金额。", "Fill in at least one amount.")
    field = "vehicle_fen"


class ReceiptMissing(Invalid):
    code = "receipt_needed"
    words = Words("请填写这笔费用的票据号。", "Give the receipt's number for this charge.")


class UnknownCharge(NotFound):
    code = "unknown_charge"
    words = Words("没有这笔费用。", "There is no such charge.")


def _charged() -> Any:
    return select(Charge.letter_id).where(Charge.part == Part.PRE_HOSPITAL)


@blueprint.get("/charges")
@allow(*READERS)
def charges() -> Any:
    """Letters of the reader's centres: those waiting for their pre-hospital charges first."""
    listing = Listing.asked(filters=("show", "state"), sort="issued")
    query = visible_letters(current_user).where(Letter.kind == "initial")
    query = query.join(Case, Case.id == Letter.case_id)
    query = query.options(
        selectinload(Letter.case).selectinload(Case.center), selectinload(Letter.hospital)
    )
    show = listing.filters.get("show", "waiting")
    if show == "waiting":
        query = query.where(Letter.state.in_(TAKING), Letter.id.not_in(_charged()))
    elif show == "charged":
        query = query.where(Letter.id.in_(_charged()))
    if state := listing.filters.get("state"):
        query = query.where(Letter.state == state)
    if listing.q:
        digits = "".join(listing.q.split()).replace("-", "")
        receipts = select(Charge.letter_id).where(
            Charge.receipt_number.like(like(digits), escape="\\")
        )
        query = query.where(Letter.number.like(like(digits), escape="\\") | Letter.id.in_(receipts))
    listing.fetch(query, {"issued": Letter.issued_at, "number": Letter.number, "id": Letter.id})
    sums = _sums([one.id for one in listing.items])
    if listing.export:
        return _export(listing, sums)
    return render_template(
        "finance/charges.html",
        listing=listing,
        sums=sums,
        show=show,
        taking=TAKING,
        may_post=current_user.role == Role.CENTER_FINANCE,
        many_centers=len(current_user.center_ids() or [0, 0]) > 1,
    )


def _sums(letter_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """What was charged before the hospital, and what of it the guarantee took, by letter."""
    query = (
        select(Charge.letter_id, func.sum(Charge.amount_fen), func.sum(Charge.guaranteed_fen))
        .where(Charge.letter_id.in_(letter_ids), Charge.part == Part.PRE_HOSPITAL)
        .group_by(Charge.letter_id)
    )
    return {one: (int(fen), int(taken)) for one, fen, taken in db.session.execute(query)}


@blueprint.get("/charges/<number>")
@allow(*READERS)
def trip(number: str) -> str:
    """A letter's pre-hospital charges, and the form for more."""
    letter = initial_of(letter_for(number, current_user))
    note_view(action="charges viewed", subject=f"letter:{letter.number}")
    return _trip(letter, {})


def _trip(letter: Letter, errors: Mapping[str, Refusal]) -> str:
    query = select(Charge).where(Charge.letter_id == letter.id, Charge.part == Part.PRE_HOSPITAL)
    lines = db.session.scalars(query.order_by(Charge.id)).all()
    return render_template(
        "finance/trip.html",
        letter=letter,
        lines=lines,
        refunded={one.line_id.removesuffix(REFUND_MARK) for one in lines if one.amount_fen < 0},
        position=position_of(letter).pre_hospital,
        kinds=KINDS,
        trip_day=business_day(letter.issued_at),
        today=business_day(now()),
        may_post=current_user.role == Role.CENTER_FINANCE and letter.state in TAKING,
        errors=errors,
    )


@blueprint.post("/charges/<number>")
@allow(Role.CENTER_FINANCE)
def post_trip(number: str) -> Any:
    """Post a trip's charges. The form's own key makes a second click count for nothing."""
    letter = initial_of(letter_for(number, current_user))

    def work() -> str:
        day = forms.day("charged_on")
        if day is None:
            raise forms.Missing(field="charged_on")
        lines = _lines(day)
        try:
            posted = post_charges(letter=letter, lines=lines, by=current_user, at=now())
        except Refusal as refusal:
            refusal.field = _own_field(refusal.field, lines)
            raise
        total = sum(line.amount_fen for line in lines)
        said = t("已记 {total} 元；院前担保余额 {left} 元。",
                 "{total} posted; {left} of the pre-hospital guarantee is left.")  # fmt: skip
        if posted.patient_fen:
            said += t("患者自付共 {patient} 元。", " The patient's share is {patient} in all.")
        flash(said.format(total=yuan(total), left=yuan(posted.remaining_fen),
                          patient=yuan(posted.patient_fen)), "ok")  # fmt: skip
        return url_for("finance.trip", number=letter.number)

    return forms.attempt(work, again=lambda errors: _trip(letter, errors))


def _lines(day: date) -> list[ChargeLine]:
    """The lines of the form; each one with an amount needs its receipt. Refuses `no_amount`,
    `bad_amount`, `receipt_needed`."""
    key = forms.text("request_key", most=40, required=True)
    lines = []
    for kind, said in KINDS.items():
        typed = forms.text(f"{kind}_fen", most=20)
        receipt = forms.text(f"{kind}_receipt", most=LONGEST_WORD)
        if not typed:
            continue
        fen = parse_yuan(typed, field=f"{kind}_fen")
        if not receipt:
            raise ReceiptMissing(field=f"{kind}_receipt")
        lines.append(
            ChargeLine(
                line_id=f"{key}-{kind}",
                part=Part.PRE_HOSPITAL,
                charged_on=day,
                category=said.zh,
                code="",
                name=said.zh,
                quantity=Decimal(1),
                unit_price_fen=fen,
                amount_fen=fen,
                in_scope=True,
                receipt_number=receipt,
            )
        )
    if not lines:
        raise NoAmount()
    return lines


def _own_field(field: str | None, lines: Sequence[ChargeLine]) -> str | None:
    """The form's field for the domain's 'lines.2.amount_fen'."""
    if field is None or not field.startswith("lines."):
        return field
    _, place, name = field.split(".", 2)
    kind = lines[int(place)].line_id.rsplit("-", 1)[-1]
    own = {"amount_fen": f"{kind}_fen", "unit_price_fen": f"{kind}_fen",
           "receipt_number": f"{kind}_receipt", "charged_on": "charged_on"}  # fmt: skip
    return own.get(name)


@blueprint.post("/charges/<number>/refunds")
@allow(Role.CENTER_FINANCE)
def take_back(number: str) -> Any:
    """Take a posted charge back whole: a line against it, the first stays. Once only."""
    letter = initial_of(letter_for(number, current_user))

    def work() -> str:
        asked = request.form.get("charge", "")
        charge = db.session.get(Charge, int(asked)) if asked.isdecimal() else None
        if charge is None or charge.letter_id != letter.id or charge.amount_fen < 0:
            raise UnknownCharge()
        at = now()
        line = refund_of(charge, on=business_day(at))
        post_charges(letter=letter, lines=[line], by=current_user, at=at)
        flash(t("已冲回 {fen} 元。", "{fen} taken back.").format(fen=yuan(charge.amount_fen)), "ok")
        return url_for("finance.trip", number=letter.number)

    return forms.attempt(work, again=lambda errors: _trip(letter, errors))


def _export(listing: Listing, sums: Mapping[int, tuple[int, int]]) -> Response:
    headings = [
        Heading(t("担保函号", "Letter")),
        Heading(t("急救中心", "Centre")),
        Heading(t("出函", "Issued")),
        Heading(t("状态", "State")),
        Heading(t("医院", "Hospital")),
        Heading(t("院前担保（元）", "Pre-hospital guarantee"), "fen"),
        Heading(t("已记费用（元）", "Charged"), "fen"),
        Heading(t("担保支付（元）", "Guaranteed"), "fen"),
    ]
    rows = [
        (one.number, named(one.case.center), shanghai(one.issued_at),
         t(*LETTER.states[one.state]), named(one.hospital), one.pre_hospital_fen,
         *sums.get(one.id, (0, 0)))
        for one in listing.items
    ]  # fmt: skip
    return as_workbook(t("院前费用", "pre-hospital charges"), headings, rows, at=now())
