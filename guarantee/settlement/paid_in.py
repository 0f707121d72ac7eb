"""How fast a hospital has been paid: what a verification says beside the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_high

from sqlalchemy import bindparam, select

from guarantee.business_time import business_day
from guarantee.db import db
from guarantee.settlement.models import HospitalBatch, HospitalLine

WEEKS = 12


@dataclass(frozen=True, slots=True)
class PaidIn:
    """`days`: median days from the final bill to the bank's confirmation; between two middle
    letters the slower one. `letters`: over how many."""

    days: int
    letters: int


_PAID = (
    select(HospitalLine.closed_on, HospitalBatch.paid_on)
    .join(HospitalBatch, HospitalBatch.id == HospitalLine.batch_id)
    .where(
        HospitalBatch.hospital_id == bindparam("hospital_id"),
        HospitalBatch.paid_on > bindparam("after"),
        HospitalBatch.paid_on <= bindparam("until"),
        HospitalLine.nth == 1,
    )
)


def paid_in(*, hospital_id: int, at: datetime) -> PaidIn | None:
    """The figure over this hospital's letters that the bank confirmed as paid in the last 12
    weeks, each counted once, by its first payment. None when there is none."""
    today = business_day(at)
    weeks = {"after": today - timedelta(weeks=WEEKS), "until": today}
    found = db.session.execute(_PAID, {"hospital_id": hospital_id, **weeks})
    days = [(paid_on - closed_on).days for closed_on, paid_on in found if paid_on is not None]
    return PaidIn(days=median_high(days), letters=len(days)) if days else None
