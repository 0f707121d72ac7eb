"""A decision that changes a figure becomes a line of its own: a charge, or a drawdown corrected.

So the letter's page, the ledger and the settlement go on saying the same, and anyone can see who
decided it. What the guarantee can't bear any more is refused at the approval rather than quietly
paid short.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from guarantee.charges import capturing
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.ledger.holds import release
from guarantee.ledger.models import Part
from guarantee.letters.lifecycle import lock_letter
from guarantee.letters.models import Letter
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.settlement.frames import RECEIPT_SEPARATOR, RESERVE_FUND
from guarantee.settlement.models import (
    Batch,
    BatchLine,
    Difference,
    LineCharge,
    ReserveDrawdown,
)
from guarantee.settlement.reserve_fund import adjust, draw_down
from guarantee.settlement.resolution import NothingToSettle, letter_of

CATEGORY = "结算调整"


class GuaranteeUsedUp(Conflict):
    code = "guarantee_used_up"
    words = Words(
        "担保函 {number} 的院前部分只余 {left} 元，不能按中心上报结算，请改为以系统为准。",
        "Letter {number} has {left} left for the pre-hospital part: the centre's figure can't be "
        "paid. Take the system's.",
    )


class RefundedMeanwhile(Conflict):
    code = "refunded_meanwhile"
    words = Words(
        "担保函 {number} 的院前费用在对账后已有退费，最多只能再减 {left} 元。请改为以系统为准，"
        "退费计入下一批次。",
        "Pre-hospital charges of letter {number} were refunded since: at most {left} can be taken "
        "off. Take the system's figure; the refund comes with the next batch.",
    )


def change_line(
    *, line: BatchLine, difference: Difference, change_fen: int, by: Staff, at: datetime
) -> None:
    """Bring what stands behind a line to what was decided for it. Refuses `guarantee_used_up`,
    `refunded_meanwhile`, and what `reserve_fund.adjust` refuses."""
    assert line.letter is not None
    if line.part == RESERVE_FUND:
        _adjust_drawdown(line, change_fen, by, at)
        return
    charge = _charge(
        letter=line.letter,
        amount_fen=change_fen,
        charged_on=line.charged_to or line.batch.last_day,
        receipt=difference.receipts.split(RECEIPT_SEPARATOR)[0],
        difference=difference,
        by=by,
        at=at,
    )
    db.session.add(LineCharge(charge_id=charge.id, line_id=line.id))


def add_line(
    *, batch: Batch, difference: Difference, amount_fen: int, by: Staff, at: datetime
) -> BatchLine:
    """A row that only the centre had is taken: charge or drawdown, and a line of its own.

    Refuses `no_letter_to_settle`, `guarantee_used_up`, and what `reserve_fund.draw_down` refuses.
    """
    letter = letter_of(difference)
    if letter is None:
        raise NothingToSettle()
    day = _day_of(difference, batch)
    line = BatchLine(
        batch_id=batch.id,
        part=difference.part,
        letter_id=letter.id,
        amount_fen=0,
        limit_fen=difference.limit_fen,
        receipts=difference.receipts,
        charged_from=day,
        charged_to=day,
        late=day < batch.first_day,
        added=True,
        reported_fen=difference.report_fen,
        settled_fen=amount_fen,
    )
    db.session.add(line)
    db.session.flush()
    receipt = difference.receipts.split(RECEIPT_SEPARATOR)[0]
    if difference.part == RESERVE_FUND:
        drawdown = draw_down(
            letter=letter,
            hospital=letter.hospital,
            amount_fen=amount_fen,
            receipt_number=receipt,
            paid_on=day,
            by=by,
            at=at,
        )
        drawdown.line_id = line.id
    else:
        charge = _charge(
            letter=letter,
            amount_fen=amount_fen,
            charged_on=day,
            receipt=receipt,
            difference=difference,
            by=by,
            at=at,
        )
        db.session.add(LineCharge(charge_id=charge.id, line_id=line.id))
    difference.line_id = line.id
    db.session.flush()
    return line


def _charge(
    *,
    letter: Letter,
    amount_fen: int,
    charged_on: date,
    receipt: str,
    difference: Difference,
    by: Staff,
    at: datetime,
) -> Charge:
    initial = lock_letter(letter)
    room = capturing.room(initial, Part.PRE_HOSPITAL)
    if amount_fen > room:
        raise GuaranteeUsedUp(number=initial.number, left=yuan(room))
    used = sum(hold.captured_fen for hold in capturing.case_holds(initial, Part.PRE_HOSPITAL))
    if -amount_fen > used:
        raise RefundedMeanwhile(number=initial.number, left=yuan(used))
    charge = Charge(
        letter_id=initial.id,
        center_id=initial.case.center_id,
        line_id=f"settlement-{difference.id}",
        part=Part.PRE_HOSPITAL,
        charged_on=charged_on,
        category=CATEGORY,
        name=f"{CATEGORY} {difference.batch.week}",
        quantity=Decimal(1 if amount_fen > 0 else -1),
        unit_price_fen=abs(amount_fen),
        amount_fen=amount_fen,
        in_scope=True,
        receipt_number=receipt,
        guaranteed_fen=amount_fen,
        posted_at=at,
        posted_by_id=by.id,
    )
    db.session.add(charge)
    db.session.flush()
    capturing.use(initial, Part.PRE_HOSPITAL, amount_fen, by, at)
    if amount_fen < 0 and initial.state == "lapsed":
        for hold in capturing.case_holds(initial, Part.PRE_HOSPITAL):
            release(hold=hold, cause=f"letter:{initial.number}", by=by, at=at)
    return charge


def _adjust_drawdown(line: BatchLine, change_fen: int, by: Staff, at: datetime) -> None:
    drawdown = db.session.scalars(
        select(ReserveDrawdown)
        .where(ReserveDrawdown.line_id == _origin(line).id)
        .order_by(ReserveDrawdown.id)
    ).first()
    if drawdown is None:
        raise NothingToSettle()
    correction = adjust(drawdown=drawdown, amount_fen=change_fen, by=by, at=at)
    correction.line_id = line.id


def _origin(line: BatchLine) -> BatchLine:
    """The line that first claimed what this one carries."""
    while line.carried_from is not None:
        line = line.carried_from
    return line


def _day_of(difference: Difference, batch: Batch) -> date:
    row = difference.row
    if row is not None and row.dispatched_on is not None and row.dispatched_on <= batch.last_day:
        return row.dispatched_on
    return batch.last_day
