"""The reserve fund: the alliance's money in a centre's drawer, for hospitals outside the network.

Where the nearest hospital is not in the network, the letter is not presented: the centre pays
against a receipt, and the weekly settlement replenishes what was used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.business_time import business_day
from guarantee.charges.capturing import ENDED
from guarantee.db import broke, db
from guarantee.ledger.entries import account
from guarantee.ledger.entries import balance as ledger_balance
from guarantee.ledger.holds import (
    capture,
    extend_hold,
    holds_of,
    lock_cover,
    release,
    uncapture,
)
from guarantee.ledger.models import AccountKind, Part
from guarantee.letters.models import Letter
from guarantee.letters.visible import initial_of
from guarantee.money import yuan
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.settlement.books import book_funding, funded_so
from guarantee.settlement.models import ReserveDrawdown
from guarantee.settlement.report import LONGEST_RECEIPT, receipt_key


class NetworkHospital(Conflict):
    code = "network_hospital"
    words = Words(
        "该医院是网络医院，请递交担保函，不动用备用金。",
        "This is a network hospital: present the letter, the reserve fund is not for it.",
    )
    field = "hospital"


class LetterInUse(Conflict):
    code = "letter_presented"
    words = Words(
        "该担保函已交医院接收或已作废，不能再用备用金支付。",
        "A hospital holds this letter, or it is voided: the reserve fund can't pay for it.",
    )
    field = "number"


class AboveGuarantee(Conflict):
    code = "above_guarantee"
    words = Words(
        "超过该担保函院内部分的余额 {left} 元，超出部分由患者承担。",
        "Above the {left} that this letter's in-hospital part still bears; the excess is the "
        "patient's.",
    )
    field = "amount_fen"


class ReceiptTaken(Conflict):
    code = "receipt_taken"
    words = Words("该票据号已登记过。", "This receipt number is recorded already.")
    field = "receipt_number"


class ReceiptNeeded(Invalid):
    code = "receipt_needed"
    words = Words(
        "请填写票据号（最多 40 个字符）。", "Please give the receipt's number (40 characters)."
    )
    field = "receipt_number"


class AmountNotPositive(Invalid):
    code = "amount_not_positive"
    words = Words("金额应大于零。", "The amount is more than zero.")
    field = "amount_fen"


class TransferKnown(Conflict):
    code = "transfer_known"
    words = Words(
        "该转账编号已登记过，金额或急救中心与本次不同。请核对银行回单。",
        "This transfer's reference is booked already, with another amount or for another centre. "
        "Look at the bank's advice again.",
    )
    field = "key"


class PaidLater(Invalid):
    code = "day_in_future"
    words = Words("日期不能晚于今天。", "The day is not after today.")
    field = "paid_on"


def fund(*, center: Center, amount_fen: int, key: str, by: Staff, at: datetime) -> int:
    """Fill the centre's fund from the bank; answers its new balance. The same `key` (the transfer's
    reference) counts once. Refuses `amount_not_positive`, and `transfer_known` when that transfer
    was booked otherwise."""
    if amount_fen <= 0:
        raise AmountNotPositive()
    try:
        with db.session.begin_nested():
            book_funding(center=center, amount_fen=amount_fen, key=f"fund:{key}", by=by, at=at)
    except IntegrityError as error:
        if not broke(error, "uq_ledger_entries_key"):
            raise
        if not funded_so(center=center, amount_fen=amount_fen, key=f"fund:{key}"):
            raise TransferKnown() from error
        return balance(center)
    audit.record(
        by=by,
        at=at,
        action="reserve fund filled",
        subject=f"center:{center.code}",
        amount_fen=amount_fen,
    )
    return balance(center)


def balance(center: Center) -> int:
    """What the fund holds by the books, in fen."""
    return ledger_balance(AccountKind.RESERVE_FUND, center.id)


def draw_down(
    *,
    letter: Letter,
    hospital: Hospital,
    amount_fen: int,
    receipt_number: str,
    paid_on: date,
    by: Staff,
    at: datetime,
) -> ReserveDrawdown:
    """The centre paid `hospital` from its fund for this letter's patient, against a receipt.

    Captured from the in-hospital part; the insurer owes it from now on. Refuses
    `network_hospital`, `letter_presented`, `above_guarantee`, `receipt_taken`, `receipt_needed`,
    `amount_not_positive`, `day_in_future`, `reserve_fund_empty`, `cover_exhausted`.
    """
    receipt = receipt_key(receipt_number)
    if not receipt or len(receipt) > LONGEST_RECEIPT:
        raise ReceiptNeeded()
    if amount_fen <= 0:
        raise AmountNotPositive()
    if paid_on > business_day(at):
        raise PaidLater()
    if hospital.in_network:
        raise NetworkHospital()
    letter = initial_of(letter)
    drawdown = _record(
        letter=letter,
        hospital_id=hospital.id,
        amount_fen=amount_fen,
        receipt_number=receipt,
        paid_on=paid_on,
        adjusts=None,
        by=by,
        at=at,
    )
    audit.record(
        by=by,
        at=at,
        action="reserve fund drawn",
        subject=f"letter:{letter.number}",
        drawdown=drawdown.id,
        amount_fen=amount_fen,
    )
    return drawdown


def adjust(
    *, drawdown: ReserveDrawdown, amount_fen: int, by: Staff, at: datetime
) -> ReserveDrawdown:
    """Correct a drawdown by ± `amount_fen`, by a person's decision on a difference. Refuses as
    `draw_down` does."""
    return _record(
        letter=drawdown.letter,
        hospital_id=drawdown.hospital_id,
        amount_fen=amount_fen,
        receipt_number=drawdown.receipt_number,
        paid_on=drawdown.paid_on,
        adjusts=drawdown,
        by=by,
        at=at,
    )


def movements(center: Center, first: date, last: date) -> Sequence[ReserveDrawdown]:
    """The drawdowns of these days, both included, oldest first."""
    query = select(ReserveDrawdown).where(
        ReserveDrawdown.center_id == center.id, ReserveDrawdown.paid_on.between(first, last)
    )
    return db.session.scalars(query.order_by(ReserveDrawdown.paid_on, ReserveDrawdown.id)).all()


def _record(
    *,
    letter: Letter,
    hospital_id: int,
    amount_fen: int,
    receipt_number: str,
    paid_on: date,
    adjusts: ReserveDrawdown | None,
    by: Staff,
    at: datetime,
) -> ReserveDrawdown:
    holds = holds_of([letter.id], Part.IN_HOSPITAL)
    if not holds:
        raise AboveGuarantee(left=yuan(0))
    lock_cover(holds[0].cover_id)
    (hold,) = holds_of([letter.id], Part.IN_HOSPITAL)
    db.session.refresh(letter, ["state"])
    if adjusts is None and letter.state not in ("issued", "lapsed"):
        raise LetterInUse()
    drawdown = ReserveDrawdown(
        center_id=letter.case.center_id,
        letter_id=letter.id,
        hospital_id=hospital_id,
        amount_fen=amount_fen,
        receipt_number=receipt_number,
        paid_on=paid_on,
        made_at=at,
        made_by_id=by.id,
        adjusts_id=adjusts.id if adjusts else None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(drawdown)
    except IntegrityError as error:
        if broke(error, "uq_reserve_drawdowns_receipt"):
            raise ReceiptTaken() from error
        raise
    cause = f"letter:{letter.number}"
    owed_to = account(AccountKind.RESERVE_FUND, letter.case.center_id)
    key = f"drawdown:{drawdown.id}"
    if amount_fen < 0:
        uncapture(
            hold=hold, amount_fen=-amount_fen, owed_to=owed_to, cause=cause, by=by, at=at, key=key
        )
        if letter.state in ENDED:
            release(hold=hold, cause=cause, by=by, at=at)
        return drawdown
    left = hold.held_fen + hold.released_fen
    if amount_fen > left:
        raise AboveGuarantee(left=yuan(left))
    if (lacking := amount_fen - hold.held_fen) > 0:
        extend_hold(hold=hold, amount_fen=lacking, cause=cause, by=by, at=at)
    capture(hold=hold, amount_fen=amount_fen, owed_to=owed_to, cause=cause, by=by, at=at, key=key)
    return drawdown
