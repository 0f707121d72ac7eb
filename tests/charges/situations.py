"""What the tests of charges start from: a line, a posting desk, a letter that takes charges."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal

from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.lines import ChargeLine
from guarantee.charges.posting import Posted, post_charges
from guarantee.ledger.models import Part
from guarantee.letters.lifecycle import lapse, present, void
from guarantee.letters.models import Letter
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests.factories import make_staff

DAY = date(2026, 11, 18)
_next = itertools.count(1)


def line(amount_fen: int = 10_000, **more: object) -> ChargeLine:
    """An in-hospital in-scope line of one piece, with an id of its own unless one is given."""
    n = next(_next)
    facts: dict[str, object] = {
        "line_id": f"L{n:06d}",
        "part": Part.IN_HOSPITAL,
        "charged_on": DAY,
        "category": "西药费",
        "code": "X001",
        "name": "头孢曲松钠",
        "quantity": Decimal(1 if amount_fen >= 0 else -1),
        "unit_price_fen": abs(amount_fen),
        "amount_fen": amount_fen,
        "in_scope": True,
    }
    return ChargeLine(**{**facts, **more})  # type: ignore[arg-type]


def ride(amount_fen: int = 10_000, **more: object) -> ChargeLine:
    """A pre-hospital line, as the centre sends it."""
    facts: dict[str, object] = {
        "part": Part.PRE_HOSPITAL,
        "code": "CF",
        "name": "出车费",
        "category": "车费",
        "receipt_number": "R-1",
    }
    return line(amount_fen, **{**facts, **more})


def desk_of(letter: Letter) -> Staff:
    """Somebody at the billing desk of the hospital this letter is addressed to."""
    return make_staff(Role.BILLING_DESK, hospital=letter.hospital)


def finance_of(letter: Letter) -> Staff:
    """Somebody in the finance office of the centre that issued this letter."""
    return make_staff(Role.CENTER_FINANCE, center=letter.case.center)


def ended(letter: Letter, state: str, at: datetime) -> Letter:
    """The letter, come to its end: 'closed' (accepted before), 'voided' or 'lapsed'. 'issued': as
    it is."""
    if state == "closed":
        present(letter=letter, by=desk_of(letter), at=at)
        close_with_final_bill(letter=letter, by=desk_of(letter), at=at)
    elif state == "voided":
        void(letter=letter, reason="写错", by=letter.issued_by, at=at)
    elif state == "lapsed":
        lapse(letter=letter, by=letter.issued_by, at=letter.lapses_at + timedelta(seconds=1))
    assert letter.state == state
    return letter


def post(letter: Letter, *lines: ChargeLine, at: datetime, by: Staff | None = None) -> Posted:
    """Post these lines as whoever sends that part."""
    if by is None:
        in_hospital = lines[0].part == Part.IN_HOSPITAL
        by = desk_of(letter) if in_hospital else finance_of(letter)
    return post_charges(letter=letter, lines=lines, by=by, at=at)
