"""Each difference is decided by a person, with a reason; undone until the approval; all kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.settlement.differences import Kind
from guarantee.settlement.frames import RECEIPT_SEPARATOR
from guarantee.settlement.models import Batch, Difference, Resolution, SettledReceipt
from guarantee.settlement.models_report import DECISIONS
from guarantee.settlement.moves import advance, locked

LONGEST_REASON = 300

DECISION_WORDS: dict[str, Words] = {
    "take_center": Words("以中心上报为准", "Take the centre's figure"),
    "take_system": Words("以系统为准", "Take the system's figure"),
    "leave_out": Words("不予结算", "Leave out"),
    "carry": Words("结转下周", "Carry to next week"),
    "undo": Words("撤销决定", "Undone"),
}


class UnknownDecision(Invalid):
    code = "unknown_decision"
    words = Words(
        "处理方式应为：以中心为准、以系统为准、不予结算或结转下周。",
        "A decision is take_center, take_system, leave_out or carry.",
    )
    field = "decision"


class ReasonRequired(Invalid):
    code = "reason_required"
    words = Words("请说明理由（最多 300 字）。", "Please give a reason (at most 300 characters).")
    field = "reason"


class Superseded(Conflict):
    code = "difference_superseded"
    words = Words(
        "该差异已被新的对账结果取代，请刷新后处理最新的一条。",
        "A newer reconciliation has replaced this difference. Reload and decide the new one.",
    )


class NothingToSettle(Conflict):
    code = "no_letter_to_settle"
    words = Words(
        "这一行没有对应的有效担保函，不能按中心上报结算。可不予结算，或结转待中心更正。",
        "No letter of this centre answers to this row, so its figure can't be taken. Leave it out, "
        "or carry it until the centre corrects it.",
    )
    field = "decision"


class VoidedNotSettled(Conflict):
    code = "voided_letter"
    words = Words("作废的担保函不予结算。", "A voided letter is not settled.")
    field = "decision"


class SettledAlready(Conflict):
    code = "settled_before"
    words = Words(
        "该担保函的此项费用已结算过，不能再次支付。",
        "This part of the letter was settled before and is not paid again.",
    )
    field = "decision"


class AboveLimit(Conflict):
    code = "above_limit"
    words = Words(
        "中心上报超过担保限额 {limit} 元，不能按上报结算；超出部分由患者承担。",
        "The centre's figure is above the limit of {limit} and can't be taken; the excess is the "
        "patient's.",
    )
    field = "decision"


class ReceiptSettledBefore(Conflict):
    code = "receipt_settled_before"
    words = Words(
        "票据 {receipt} 已在 {batch} 批次结算，同一票据只结算一次。",
        "Receipt {receipt} was settled in batch {batch}; a receipt is settled once.",
    )
    field = "decision"


def resolve(
    *, difference: Difference, decision: str, reason: str, by: Staff, at: datetime
) -> Difference:
    """Decide one difference; a second decision replaces the first, both stay in the history.

    Refuses `unknown_decision`, `reason_required`, `difference_superseded`, `wrong_state` after
    the approval, and a payment that no rule allows: `no_letter_to_settle`, `voided_letter`,
    `settled_before`, `above_limit`, `receipt_settled_before`.
    """
    return resolve_many(differences=[difference], decision=decision, reason=reason, by=by, at=at)[0]


def resolve_many(
    *, differences: Sequence[Difference], decision: str, reason: str, by: Staff, at: datetime
) -> list[Difference]:
    """One decision for several alike: all of them or, when one is refused, none."""
    reason = reason.strip()
    if decision not in DECISIONS:
        raise UnknownDecision()
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonRequired()
    _locked_batches(differences, by, at)
    for difference in differences:
        if difference.superseded_at is not None:
            raise Superseded()
        if decision in ("take_center", "take_system"):
            _check_payable(difference, decision)
        difference.decision, difference.reason = decision, reason
        difference.decided_by_id, difference.decided_at = by.id, at
        _remember(difference, decision, reason, by, at)
    db.session.flush()
    return list(differences)


def undo(*, difference: Difference, by: Staff, at: datetime, reason: str = "") -> Difference:
    """Open a decided difference again. Refuses `wrong_state` after the approval. Undoing what is
    open changes nothing."""
    _locked_batches([difference], by, at)
    if difference.superseded_at is not None:
        raise Superseded()
    if difference.decision is not None:
        difference.decision, difference.reason = None, ""
        difference.decided_by_id = difference.decided_at = None
        _remember(difference, "undo", reason.strip()[:LONGEST_REASON], by, at)
        db.session.flush()
    return difference


def settled_elsewhere(
    *, center_id: int, receipts: str, letter_id: int | None, batch: Batch
) -> SettledReceipt | None:
    """A receipt of the list that another batch settled for another letter, if there is one."""
    numbers = [one for one in receipts.split(RECEIPT_SEPARATOR) if one]
    query = select(SettledReceipt).where(
        SettledReceipt.center_id == center_id,
        SettledReceipt.receipt_number.in_(numbers),
        SettledReceipt.batch_id != batch.id,
    )
    for found in db.session.scalars(query):
        if found.letter_id is None or found.letter_id != letter_id:
            return found
    return None


def letter_of(difference: Difference) -> Letter | None:
    """The letter of this batch's centre that the difference speaks of."""
    if difference.line is not None and difference.line.letter is not None:
        return difference.line.letter
    if difference.letter_number is None:
        return None
    found = db.session.scalar(
        select(Letter)
        .join(Case, Case.id == Letter.case_id)
        .where(
            Letter.number == difference.letter_number,
            Case.center_id == difference.batch.center_id,
        )
    )
    return (found.amends or found) if found is not None else None


def _check_payable(difference: Difference, decision: str) -> None:
    fen = difference.report_fen if decision == "take_center" else difference.system_fen
    if not fen or (decision == "take_system" and difference.line_id is None):
        return
    letter = letter_of(difference)
    if letter is None:
        raise NothingToSettle()
    if letter.state == "voided":
        raise VoidedNotSettled()
    if difference.kind == Kind.SETTLED_BEFORE and decision == "take_center":
        raise SettledAlready()
    limit = difference.limit_fen
    if limit is None and difference.part == "pre_hospital":
        limit = letter.pre_hospital_fen
    if decision == "take_center" and limit is not None and fen > limit:
        raise AboveLimit(limit=yuan(limit))
    elsewhere = settled_elsewhere(
        center_id=difference.batch.center_id,
        receipts=difference.receipts,
        letter_id=letter.id,
        batch=difference.batch,
    )
    if elsewhere is not None:
        raise ReceiptSettledBefore(receipt=elsewhere.receipt_number, batch=elsewhere.batch.week)


def _locked_batches(differences: Sequence[Difference], by: Staff, at: datetime) -> None:
    batches = {one.batch_id: one.batch for one in differences}
    for _, batch in sorted(batches.items()):
        batch = locked(batch)
        advance(batch, "resolve", by)
        batch.prepared_by_id, batch.prepared_at = by.id, at
    for difference in differences:
        db.session.refresh(difference)


def _remember(difference: Difference, decision: str, reason: str, by: Staff, at: datetime) -> None:
    db.session.add(
        Resolution(
            difference_id=difference.id, decision=decision, reason=reason, at=at, by_id=by.id
        )
    )
    audit.record(
        by=by,
        at=at,
        action="difference undone" if decision == "undo" else "difference decided",
        subject=f"batch:{difference.batch_id}",
        difference=difference.id,
        kind=difference.kind,
        decision=decision,
    )
