"""Monday: the batch of a centre's week is opened, once, with everything that belongs to it.

In it: each letter's pre-hospital charges up to the limit, reserve-fund payments, courier fees,
what came too late for an earlier week (marked), what an earlier batch carried over. A charge, a
drawdown, a fee stands in one batch, ever; the database sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.business_time import business_day, days_of_week
from guarantee.db import broke, db
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.settlement.gathering import gather
from guarantee.settlement.models import Batch

REMITTANCE_DAYS = 3


class WeekNotOver(Conflict):
    code = "week_not_over"
    words = Words(
        "{week} 周尚未结束，周一才能开批次。",
        "Week {week} is not over; its batch opens on the Monday after it.",
    )
    field = "week"


def open_batch(
    *,
    center: Center,
    week: str,
    by: Staff,
    at: datetime,
    remittance_days: int = REMITTANCE_DAYS,
) -> Batch:
    """The batch of this centre and week: opened now, or the one there is, untouched.

    Refuses `bad_week`, `week_not_over`.
    """
    days = days_of_week(week)
    week = f"{week[:4]}-W{week[-2:]}"
    if (found := batch_of(center=center, week=week)) is not None:
        return found
    if business_day(at) <= days[-1]:
        raise WeekNotOver(week=week)
    batch = Batch(
        center_id=center.id,
        week=week,
        first_day=days[0],
        last_day=days[-1],
        opened_at=at,
        opened_by_id=by.id,
        remit_by=days[-1] + timedelta(days=1 + remittance_days),
    )
    try:
        with db.session.begin_nested():
            db.session.add(batch)
    except IntegrityError as error:
        if not broke(error, "uq_settlement_batches_center_week"):
            raise
        found = batch_of(center=center, week=week)  # somebody opened it at the same moment
        if found is None:
            raise
        return found
    gather(batch, at)
    audit.record(
        by=by,
        at=at,
        action="batch opened",
        subject=f"batch:{batch.id}",
        center=center.code,
        week=week,
        lines=len(batch.lines),
        total_fen=sum(line.amount_fen for line in batch.lines),
    )
    return batch


def run_week(
    *,
    week: str,
    by: Staff,
    at: datetime,
    centers: Iterable[Center] | None = None,
    remittance_days: int = REMITTANCE_DAYS,
) -> list[Batch]:
    """The week's batch of every centre (or of these). Running it twice changes nothing."""
    if centers is None:
        centers = db.session.scalars(select(Center).order_by(Center.code)).all()
    return [
        open_batch(center=center, week=week, by=by, at=at, remittance_days=remittance_days)
        for center in centers
    ]


def batch_of(*, center: Center, week: str) -> Batch | None:
    """The centre's batch of this week, if it is open already."""
    return db.session.scalar(select(Batch).where(Batch.center_id == center.id, Batch.week == week))
