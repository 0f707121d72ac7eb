"""Courier fees that a centre paid for sending originals: the alliance's cost, settled weekly."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.db import broke, db
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.settlement.models import CourierFee


class FeeNotPositive(Invalid):
    code = "amount_not_positive"
    words = Words("快递费应大于零。", "A courier fee is more than zero.")
    field = "fee_fen"


class FeeTaken(Conflict):
    code = "courier_fee_taken"
    words = Words(
        "该快递单号的费用已登记过。", "The fee for this tracking number is recorded already."
    )
    field = "tracking_number"


def record_fee(
    *,
    center: Center,
    tracking_number: str,
    amount_fen: int,
    paid_on: date,
    by: Staff,
    at: datetime,
) -> CourierFee:
    """A fee the centre paid; it stands in the batch of the week of `paid_on`, or the next one.

    Refuses `amount_not_positive`, `courier_fee_taken`.
    """
    if amount_fen <= 0:
        raise FeeNotPositive()
    fee = CourierFee(
        center_id=center.id,
        tracking_number=tracking_number,
        amount_fen=amount_fen,
        paid_on=paid_on,
        made_at=at,
        made_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(fee)
    except IntegrityError as error:
        if broke(error, "uq_courier_fees_tracking"):
            raise FeeTaken() from error
        raise
    audit.record(
        by=by,
        at=at,
        action="courier fee recorded",
        subject=f"center:{center.code}",
        amount_fen=amount_fen,
    )
    return fee
