"""One letter's page: what every action of the desk comes back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from guarantee import events
from guarantee.business_time import business_day, now
from guarantee.charges.final_bill import final_bill_of, preview_bill
from guarantee.charges.forecast import forecast
from guarantee.charges.models import Charge
from guarantee.charges.stay import burn_of, charged
from guarantee.db import db
from guarantee.edge.language import language
from guarantee.edge.transaction import note_view
from guarantee.ledger.models import Part
from guarantee.letters.admission import admission
from guarantee.letters.lifecycle import top_ups_of
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.verify import replaced_by, state_now
from guarantee.letters.visible import letter_for
from guarantee.refusals import Refusal
from guarantee.settlement.paid_in import paid_in
from guarantee.tables import LETTER
from guarantee.web import forms
from guarantee.web.listing import Listing
from guarantee.web.shell import settings
from guarantee.web.signing import about_signing

blueprint = Blueprint("hospital", __name__, url_prefix="/hospital")

LINES_A_PAGE = 25
COLUMNS = {
    "charged_on": Charge.charged_on,
    "line_id": Charge.line_id,
    "code": Charge.code,
    "name": Charge.name,
    "amount": Charge.amount_fen,
    "guaranteed": Charge.guaranteed_fen,
    "posted": Charge.posted_at,
    "id": Charge.id,
}


def own_letter(number: str) -> Letter:
    """The letter of this number, if it is addressed to the caller's hospital."""
    return letter_for(number, current_user)


def address_of(letter: Letter, **more: Any) -> str:
    """Where a letter's page is."""
    return url_for("hospital.show", number=letter.number, **more)


def lines_of(letter: Letter) -> Listing:
    """The in-hospital lines of the letter's case, as the page's table asks for them."""
    listing = Listing.asked(filters=("scope",), sort="-charged_on", per_page=LINES_A_PAGE)
    query = select(Charge).where(
        Charge.letter_id == (letter.amends_id or letter.id), Charge.part == Part.IN_HOSPITAL
    )
    if listing.q:
        query = query.where(
            Charge.name.contains(listing.q, autoescape=True)
            | Charge.code.startswith(listing.q, autoescape=True)
            | Charge.line_id.startswith(listing.q, autoescape=True)
        )
    if listing.filters.get("scope") in ("in", "out"):
        query = query.where(Charge.in_scope.is_(listing.filters["scope"] == "in"))
    return listing.fetch(query, COLUMNS)


def letter_page(letter: Letter, errors: dict[str, Refusal] | None = None, opened: str = "") -> str:
    """A letter as the desk sees it: the verdict, the figures, the lines, what may be done next.
    `opened` names the part of the page whose form was refused."""
    at = now()
    position = position_of(letter)
    initial = position.initial
    state = state_now(letter, at=at)
    sums = charged(letter)
    waiting = db.session.scalars(
        select(TopUpRequest)
        .where(TopUpRequest.letter_id == initial.id)
        .order_by(TopUpRequest.id.desc())
    ).all()
    part = position.in_hospital
    burn = burn_of(letter)
    note_view(action="letter viewed", subject=f"letter:{initial.number}")
    return render_template(
        "hospital/letter.html",
        letter=letter,
        initial=initial,
        current=position.current,
        state=state,
        verdict=admission(state=state, in_hospital_fen=part.guaranteed_fen),
        position=position,
        part=part,
        sums=sums,
        newer_number=replaced_by(letter),
        top_ups=[t for t in top_ups_of(initial) if t.state != "voided"],
        requests=waiting,
        open_request=next((r for r in waiting if r.state == "asked"), None),
        may=LETTER.events_from(initial.state, current_user.role),
        lines=lines_of(letter),
        burn=burn[-14:],
        outlook=forecast(
            burn=burn,
            left_fen=part.left_fen,
            today=business_day(at),
            patient_excess_fen=sums.excess_fen,
        )
        if initial.state == "presented"
        else None,
        bill=final_bill_of(letter),
        closing=preview_bill(letter) if initial.state == "presented" else None,
        today=business_day(at),
        hotline=settings().hotline_phone,
        errors=errors or {},
        opened=opened,
        newest_event=events.newest_id(),
        paid=paid_in(hospital_id=initial.hospital_id, at=at),
        **about_signing(letter),
    )


def done_on(letter: Letter, work: Callable[[], str], *, part: str = "") -> Any:
    """Do `work`, which answers the sentence to show; refused, the letter's page says why.

    A refusal of a dialog's field is said above the page too: the dialog has closed.
    """

    def and_back() -> str:
        flash(work(), "ok")
        return address_of(letter)

    def again(errors: dict[str, Refusal]) -> str:
        for refusal in errors.values() if part else ():
            flash((refusal.code, refusal.message(language())), "bad")  # type: ignore[arg-type]
        return letter_page(own_letter(request.view_args["number"]), errors, part)  # type: ignore[index]

    return forms.attempt(and_back, again=again)
