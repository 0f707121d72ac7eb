"""The desk's first page: one field, the answer at a glance, and the hospital's own letters."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask_login import current_user
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import defer, joinedload
from werkzeug.exceptions import TooManyRequests

from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.charges.stay import standings
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.edge.transaction import committed
from guarantee.letters import number as numbers
from guarantee.letters.admission import MISTYPED, NOT_YOURS, Verdict
from guarantee.letters.copies import UnknownCopy, copy_for
from guarantee.letters.guesses import note_guess, too_many
from guarantee.letters.keys import known_keys
from guarantee.letters.models import Letter
from guarantee.letters.number import BadNumber
from guarantee.letters.seal import PREFIX, open_seal
from guarantee.letters.visible import UnknownLetter, visible_letters
from guarantee.members.identity import mask_name
from guarantee.members.models import Member
from guarantee.refusals import Invalid
from guarantee.roles import Role
from guarantee.settlement.paid_in import paid_in
from guarantee.sheets.writing import Heading
from guarantee.tables import LETTER
from guarantee.web.hospital.letter_page import (
    address_of,
    blueprint,
    letter_page,
    own_letter,
)
from guarantee.web.listing import Listing, as_workbook
from guarantee.web.shell import settings

LONGEST_TYPED = 2_000  # a scanned code of a copy has some hundred characters
COLUMNS = {
    "issued": Letter.issued_at,
    "number": Letter.number,
    "state": Letter.state,
    "presented": Letter.presented_at,
    "id": Letter.id,
}


@blueprint.get("")
@allow(Role.BILLING_DESK)
def index() -> Any:
    """Look a number up (`?find=`), or the list of letters addressed to this hospital."""
    typed = request.args.get("find", "").strip()[:LONGEST_TYPED]
    if not typed:
        return _page(_letters())
    who, at = f"staff:{current_user.id}", now()
    if too_many(who, at):
        raise TooManyRequests()
    try:
        return redirect(address_of(_found(typed), found=1), 303)
    except Invalid:
        return _page(_letters(), MISTYPED, typed), 422
    except (UnknownLetter, UnknownCopy):
        committed(lambda: note_guess(who, False, at))
        return _page(_letters(), NOT_YOURS, typed), 404


@blueprint.get("/letters/<number>")
@allow(Role.BILLING_DESK)
def show(number: str) -> Any:
    """One letter: verdict, figures, lines, and what may be done."""
    return letter_page(own_letter(number))


def _found(typed: str) -> Letter:
    """The letter of a number, a copy's code or a scanned seal. Refuses `bad_number`, what a seal
    refuses, `unknown_letter`, `unknown_copy`."""
    if typed.startswith(PREFIX):
        return own_letter(open_seal(typed, known_keys()).number)  # type: ignore[arg-type]
    try:
        return own_letter(typed)
    except BadNumber:
        if typed[:1] in "Cc" and any(c.isdigit() for c in typed[:2]):
            return copy_for(typed, current_user).letter
        raise


def _letters() -> Listing:
    listing = Listing.asked(filters=("state",), sort="-issued")
    query = visible_letters(current_user).where(Letter.kind == "initial")
    query = query.options(
        defer(Letter.content_json), joinedload(Letter.case).joinedload(Case.member)
    )
    if listing.q:
        query = query.join(Case, Case.id == Letter.case_id).join(Member)
        query = query.where(_matches(listing.q))
    state = listing.filters.get("state", "")
    if state in LETTER.states:
        query = query.where(Letter.state == state)
    return listing.fetch(query, COLUMNS)


def _matches(typed: str) -> ColumnElement[bool]:
    """A part of the number, however it is grouped, or the patient's name."""
    digits = "".join(c for c in typed if c.isdigit())
    named = Member.name.startswith(typed, autoescape=True)
    amended = select(Letter.amends_id).where(Letter.number.contains(digits or "-"))
    return or_(named, Letter.number.contains(digits), Letter.id.in_(amended)) if digits else named


def _page(listing: Listing, verdict: Verdict | None = None, typed: str = "") -> Any:
    figures = standings([letter.id for letter in listing.items])
    if listing.export:
        return _export(listing)
    return render_template(
        "hospital/desk.html",
        listing=listing,
        figures=figures,
        holder=lambda letter: mask_name(letter.case.member.name) if letter.case.member else "",
        verdict=verdict,
        typed_number=typed if not typed.startswith(PREFIX) else "",
        hotline=settings().hotline_phone,
        paid=paid_in(hospital_id=current_user.hospital_id, at=now()),
    )


def _export(listing: Listing) -> Any:
    figures = standings([letter.id for letter in listing.items])
    headings = [
        Heading(t("担保函号", "Number")),
        Heading(t("持函人", "Holder")),
        Heading(t("状态", "State")),
        Heading(t("出函时间", "Issued"), "moment"),
        Heading(t("接收时间", "Accepted"), "moment"),
        Heading(t("院内担保", "Guaranteed in hospital"), "fen"),
        Heading(t("已用", "Used"), "fen"),
        Heading(t("患者自付", "Patient's share"), "fen"),
    ]
    rows = []
    for letter in listing.items:
        figure = figures.get(letter.id)
        rows.append(
            (
                numbers.grouped(letter.number),
                mask_name(letter.case.member.name) if letter.case.member else "",
                t(LETTER.states[letter.state]),
                letter.issued_at,
                letter.presented_at,
                figure.guaranteed_fen if figure else 0,
                figure.used_fen if figure else 0,
                figure.patient_fen if figure else 0,
            )
        )
    return as_workbook(t("担保函", "letters"), headings, rows, at=now())
