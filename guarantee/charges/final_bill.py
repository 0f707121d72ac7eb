"""The final bill: what was used stays captured, the rest goes back to the cover, all is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from guarantee.business_time import business_day
from guarantee.charges.lines import ImpossibleDay
from guarantee.charges.models import FinalBill
from guarantee.charges.posting import take_up_excess
from guarantee.charges.stay import charged
from guarantee.db import db
from guarantee.ledger.holds import holds_of, release
from guarantee.letters.lifecycle import lock_letter, tell, top_ups_of
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import withdraw
from guarantee.letters.visible import UnknownLetter, initial_of
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.tables import CASE, LETTER
from guarantee.tickets import open_ticket


class BillDiffers(Conflict):
    code = "bill_differs"
    words = Words(
        "结算单总额 {stated} 元，与已记明细合计 {posted} 元不符。"
        "请补记或冲红后再结算；未作任何改动。",
        "The bill says {stated} yuan, the posted lines come to {posted}. Post or refund what is "
        "missing, then close; nothing was changed.",
    )
    field = "total_fen"


@dataclass(frozen=True)
class BillPreview:
    """What closing now would do, in fen: the figures in the question asked back."""

    total_fen: int
    guaranteed_fen: int
    patient_fen: int
    self_pay_fen: int
    excess_fen: int
    in_hospital_released_fen: int
    pre_hospital_released_fen: int
    lines: int

    @property
    def released_fen(self) -> int:
        """What goes back to the cover, of both parts."""
        return self.in_hospital_released_fen + self.pre_hospital_released_fen


def preview_bill(letter: Letter) -> BillPreview:
    """What the final bill of this letter's case would say now."""
    sums = charged(letter)
    position = position_of(letter)
    return BillPreview(
        total_fen=sums.total_fen,
        guaranteed_fen=sums.guaranteed_fen,
        patient_fen=sums.patient_fen,
        self_pay_fen=sums.self_pay_fen,
        excess_fen=sums.excess_fen,
        in_hospital_released_fen=position.in_hospital.left_fen,
        pre_hospital_released_fen=position.pre_hospital.left_fen,
        lines=sums.lines,
    )


def final_bill_of(letter: Letter) -> FinalBill | None:
    """The bill the letter's case was closed with, if it was."""
    query = select(FinalBill).where(FinalBill.letter_id == initial_of(letter).id)
    return db.session.scalar(query)


def close_with_final_bill(
    *,
    letter: Letter,
    billed_on: date | None = None,
    total_fen: int | None = None,
    by: Staff,
    at: datetime,
) -> FinalBill:
    """Close a presented letter, its top-ups and its case by the lines posted so far.

    `total_fen`, where the hospital names it, must equal the posted lines. Unused guarantee of both
    parts returns to the cover; an open top-up request is withdrawn; the hotline calls the patient
    back within a day. The same bill sent again answers the bill there is. Refuses
    `unknown_letter` (another hospital's), `wrong_state` unless presented, `bad_date`,
    `bill_differs` with both figures.
    """
    initial = lock_letter(initial_of(letter))
    if by.hospital_id != initial.hospital_id:
        raise UnknownLetter()
    made = final_bill_of(initial)
    if made is not None and total_fen in (None, made.total_fen):
        return made
    state = LETTER.move(initial.state, "close")
    billed_on = billed_on or business_day(at)
    if billed_on > business_day(at):
        raise ImpossibleDay(field="billed_on")
    take_up_excess(letter=initial, by=by, at=at)
    sums = charged(initial)
    if total_fen is not None and total_fen != sums.total_fen:
        raise BillDiffers(stated=yuan(total_fen), posted=yuan(sums.total_fen))
    released = _close_letters(initial, state, by, at)
    bill = FinalBill(
        letter_id=initial.id,
        hospital_id=initial.hospital_id,
        billed_on=billed_on,
        total_fen=sums.total_fen,
        stated_fen=total_fen,
        guaranteed_fen=sums.guaranteed_fen,
        patient_fen=sums.patient_fen,
        self_pay_fen=sums.self_pay_fen,
        released_fen=released,
        made_at=at,
        made_by_id=by.id,
    )
    db.session.add(bill)
    _close_case(initial, at)
    db.session.flush()
    _tell(initial, bill, by, at)
    return bill


def _close_letters(initial: Letter, state: str, by: Staff, at: datetime) -> int:
    for request in db.session.scalars(
        select(TopUpRequest).where(
            TopUpRequest.letter_id == initial.id, TopUpRequest.state == "asked"
        )
    ).all():
        withdraw(request=request, by=by, at=at)
    letters = [initial, *(t for t in top_ups_of(initial) if t.state in ("issued", "presented"))]
    released = 0
    for one in letters:
        for hold in holds_of([one.id]):
            released += release(hold=hold, cause=f"letter:{one.number}", by=by, at=at)
        # a top-up whose receipt was never confirmed has served all the same
        one.state, one.closed_at = state, at
    return released


def _close_case(initial: Letter, at: datetime) -> None:
    case = initial.case
    case.state = CASE.move(case.state, "close")
    case.outcome, case.closed_at = "final_bill", at


def _tell(initial: Letter, bill: FinalBill, by: Staff, at: datetime) -> None:
    case = initial.case
    open_ticket(
        kind="call_back",
        by=by,
        at=at,
        note=initial.number,
        center_id=case.center_id,
        case_id=case.id,
    )
    tell(
        initial,
        "closed",
        by,
        at,
        total_fen=bill.total_fen,
        guaranteed_fen=bill.guaranteed_fen,
        patient_fen=bill.patient_fen,
        released_fen=bill.released_fen,
    )
