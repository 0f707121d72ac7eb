"""Daily: the supervisor compares letters and amounts with the centre's finance and signs the day.

Due by 12:00 of the next day. A late change to a signed day is allowed and shows against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.business_time import SHANGHAI, business_day, days_of_week
from guarantee.db import broke, db
from guarantee.money import yuan
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Forbidden, Invalid, Words
from guarantee.roles import Role
from guarantee.settlement.models import SignOff
from guarantee.settlement.sources import DayFigures, day_figures

DUE_HOUR = 12


class SignedAlready(Conflict):
    code = "day_signed"
    words = Words("{day} 已经签核。", "{day} is signed already.")
    field = "day"


class DayNotOver(Conflict):
    code = "day_not_over"
    words = Words("{day} 尚未结束，次日才能签核。", "{day} is not over; sign it tomorrow.")
    field = "day"


class DifferenceNeedsNote(Invalid):
    code = "difference_needs_note"
    words = Words(
        "系统为 {letters} 份、{system} 元，与中心数字不符，请写明原因。",
        "The system has {letters} letters and {system}; say why the centre's figures differ.",
    )
    field = "note"


class NotTheSupervisor(Forbidden):
    code = "not_the_supervisor"
    words = Words("只有负责该中心的督导可以日签。", "Only this centre's supervisor signs its days.")


@dataclass(frozen=True, slots=True)
class DayState:
    """A day of a centre: the system's figures now, and the signature if there is one."""

    day: date
    figures: DayFigures
    signed: SignOff | None
    due_at: datetime

    @property
    def changed(self) -> bool:
        """Whether the figures are no longer those that were signed."""
        one = self.signed
        return one is not None and self.figures != DayFigures(
            one.letters,
            one.letters_fen,
            one.charges,
            one.charges_fen,
            one.drawdowns,
            one.drawdowns_fen,
        )


def figures_of(center: Center, day: date) -> DayFigures:
    """Letters issued, charges and drawdowns of this day, as the system has them now."""
    return day_figures(center_id=center.id, day=day, next_day=day + timedelta(days=1))


def due_at(day: date) -> datetime:
    """When the day must be signed: 12:00 in Shanghai of the next day."""
    return datetime.combine(day + timedelta(days=1), time(DUE_HOUR), tzinfo=SHANGHAI)


def sign(
    *,
    center: Center,
    day: date,
    center_letters: int,
    center_fen: int,
    note: str,
    by: Staff,
    at: datetime,
) -> SignOff:
    """Sign a day. `center_letters`, `center_fen`: what the centre's finance counts (letters;
    charges and drawdowns together, in fen).

    Refuses `not_the_supervisor`, `day_not_over`, `day_signed`, and `difference_needs_note` when
    the figures differ and nobody says why.
    """
    if by.role != Role.SUPERVISOR or center.id not in (by.center_ids() or []):
        raise NotTheSupervisor()
    if day >= business_day(at):
        raise DayNotOver(day=day)
    figures = figures_of(center, day)
    note = note.strip()[:300]
    if (center_letters, center_fen) != (figures.letters, figures.paid_fen) and not note:
        raise DifferenceNeedsNote(letters=figures.letters, system=yuan(figures.paid_fen))
    signed = SignOff(
        center_id=center.id,
        day=day,
        letters=figures.letters,
        letters_fen=figures.letters_fen,
        charges=figures.charges,
        charges_fen=figures.charges_fen,
        drawdowns=figures.drawdowns,
        drawdowns_fen=figures.drawdowns_fen,
        center_letters=center_letters,
        center_fen=center_fen,
        note=note,
        signed_at=at,
        signed_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(signed)
    except IntegrityError as error:
        if broke(error, "uq_sign_offs_center_day"):
            raise SignedAlready(day=day) from error
        raise
    audit.record(
        by=by,
        at=at,
        action="day signed",
        subject=f"center:{center.code}",
        day=day.isoformat(),
        letters=figures.letters,
        paid_fen=figures.paid_fen,
        center_letters=center_letters,
        center_fen=center_fen,
    )
    return signed


def week_days(center: Center, week: str) -> list[DayState]:
    """The seven days of a week: figures, signatures, and what changed since. Refuses `bad_week`."""
    days = days_of_week(week)
    query = select(SignOff).where(
        SignOff.center_id == center.id, SignOff.day.between(days[0], days[-1])
    )
    signed = {one.day: one for one in db.session.scalars(query)}
    return [DayState(day, figures_of(center, day), signed.get(day), due_at(day)) for day in days]
