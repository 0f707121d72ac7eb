"""What other floors hold that a batch or a sign-off is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from guarantee.business_time import start_of
from guarantee.cases.models import Case
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.settlement.models import LineCharge, ReserveDrawdown


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A centre's day, as the system has it. Fen."""

    letters: int
    letters_fen: int
    charges: int
    charges_fen: int
    drawdowns: int
    drawdowns_fen: int

    @property
    def paid_fen(self) -> int:
        """What the day costs the alliance at this centre: charges and drawdowns."""
        return self.charges_fen + self.drawdowns_fen


def unsettled_charges(*, center_id: int, up_to: date) -> Sequence[Charge]:
    """The centre's pre-hospital charges until this day that stand in no batch yet."""
    query = (
        select(Charge)
        .outerjoin(LineCharge, LineCharge.charge_id == Charge.id)
        .where(
            Charge.center_id == center_id,
            Charge.part == Part.PRE_HOSPITAL,
            Charge.charged_on <= up_to,
            LineCharge.charge_id.is_(None),
        )
        .order_by(Charge.id)
    )
    return db.session.scalars(query).all()


def day_figures(*, center_id: int, day: date, next_day: date) -> DayFigures:
    """Letters issued on that day, charges and drawdowns dated on it."""
    letters = (
        select(
            func.count(Letter.id),
            func.coalesce(func.sum(Letter.pre_hospital_fen + Letter.in_hospital_fen), 0),
        )
        .join(Case, Case.id == Letter.case_id)
        .where(
            Case.center_id == center_id,
            Letter.kind == "initial",
            Letter.state != "voided",
            Letter.issued_at >= start_of(day),
            Letter.issued_at < start_of(next_day),
        )
    )
    charges = select(
        func.count(Charge.id), func.coalesce(func.sum(Charge.guaranteed_fen), 0)
    ).where(Charge.center_id == center_id, Charge.charged_on == day)
    drawdowns = select(
        func.count(ReserveDrawdown.id), func.coalesce(func.sum(ReserveDrawdown.amount_fen), 0)
    ).where(ReserveDrawdown.center_id == center_id, ReserveDrawdown.paid_on == day)
    figures = [
        int(value)
        for query in (letters, charges, drawdowns)
        for value in db.session.execute(query).one()
    ]
    return DayFigures(*figures)
