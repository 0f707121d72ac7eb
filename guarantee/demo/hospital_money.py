"""The demo's money to the hospitals: each week's batches opened on Monday, the older ones paid two
to five days later, the last ones waiting for whoever tries the system."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from guarantee.business_time import business_day, days_of_week, start_of
from guarantee.demo.calendar import Calendar, minutes
from guarantee.demo.mondays import bank_csv
from guarantee.parties.staff import Staff
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.hospital_payment import live_hospital_remittance, pay_hospitals
from guarantee.settlement.hospital_weeks import approve_hospital_batch, open_hospital_week
from guarantee.settlement.models import HospitalBatch

SEED = 95
OPENS = minutes(390)
"""After Monday 00:00."""


def plan_hospital_money(
    *, calendar: Calendar, weeks: Sequence[str], preparer: Staff, approver: Staff
) -> None:
    """Put these weeks (oldest first) on the calendar; the last one is opened and left waiting."""
    money = _Money(calendar, preparer, approver)
    for week in weeks:
        monday = start_of(days_of_week(week)[-1] + timedelta(days=1))
        opens = min(monday + OPENS, calendar.until - minutes(1))
        calendar.at(opens, partial(money.open, week, monday, week != weeks[-1]))


class _Money:
    def __init__(self, calendar: Calendar, preparer: Staff, approver: Staff) -> None:
        self.calendar, self.preparer, self.approver = calendar, preparer, approver
        self.chance = random.Random(SEED)  # noqa: S311  the demo shall be the same each time

    def open(self, week: str, monday: datetime, pays: bool, at: datetime) -> None:
        for batch in open_hospital_week(week=week, by=self.preparer, at=at):
            if pays:
                self.calendar.at(at + minutes(240), partial(self.approve, batch))
                day = monday + timedelta(days=self.chance.randint(2, 5))
                self.calendar.at(day + minutes(660), partial(self.confirm, batch))

    def approve(self, batch: HospitalBatch, at: datetime) -> None:
        approve_hospital_batch(batch=batch, by=self.approver, at=at)
        pay_hospitals(batches=[batch], by=self.preparer, at=at + minutes(20))

    def confirm(self, batch: HospitalBatch, at: datetime) -> None:
        order = live_hospital_remittance(batch)
        assert order is not None, "ordered on Monday"
        day = business_day(at)
        data = bank_csv([(order.reference, order.amount_fen, batch.hospital)], day)
        name = f"对账单{day:%Y%m%d}-{batch.hospital.code}.csv"
        take_statement(data=data, filename=name, by=self.preparer, at=at)
