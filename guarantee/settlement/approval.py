"""The approval: another person than who prepared the batch says yes to a total, and it is booked.

Until here decisions are only words. Now those that change a figure are posted as charges or
drawdowns of their own, so that ledger, letter and settlement go on saying the same; receipts are
marked as settled; the originals that the centre owes are listed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from guarantee import audit
from guarantee.audit import AuditHead
from guarantee.business_time import business_day
from guarantee.db import db
from guarantee.letters.models import LetterCopy
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words
from guarantee.settlement import adjustment
from guarantee.settlement.books import book_courier
from guarantee.settlement.frames import RECEIPT_SEPARATOR
from guarantee.settlement.models import (
    Batch,
    BatchLine,
    Difference,
    Original,
    Resolution,
    SettledReceipt,
)
from guarantee.settlement.moves import advance_by_itself, check, locked
from guarantee.settlement.report_upload import current_report
from guarantee.settlement.resolution import ReceiptSettledBefore, settled_elsewhere
from guarantee.settlement.totals import current_differences, decided_fen, totals_of

MAILING_DAYS = 2


class SamePerson(Conflict):
    code = "same_person"
    words = Words(
        "批准人不能是上传上报表或处理差异的人，请由他人批准。",
        "Whoever uploaded the report or decided a difference can't approve. Somebody else must.",
    )


class DifferencesOpen(Conflict):
    code = "differences_open"
    words = Words(
        "还有 {count} 项差异未处理，处理完才能批准。",
        "{count} differences are still open. Decide them first.",
    )


class TotalChanged(Conflict):
    code = "total_changed"
    words = Words(
        "合计已变为 {total} 元，请重新核对后批准。",
        "The total is now {total}. Check it again before you approve.",
    )


class NegativeTotal(Conflict):
    code = "negative_total"
    words = Words(
        "合计为负数，不能批准。请将退费结转下周。",
        "The total is negative and can't be approved. Carry the refunds to next week.",
    )


def approve(*, batch: Batch, by: Staff, at: datetime, expected_fen: int | None = None) -> Batch:
    """Approve the batch and book it. `expected_fen`: the total that the approver was shown.

    Refuses `wrong_state`, `same_person`, `differences_open`, `total_changed`, `negative_total`,
    `receipt_settled_before`, and what `adjustment.apply` refuses.
    """
    batch = locked(batch)
    target = check(batch, "approve", by)
    differences = current_differences(batch)
    if open_count := sum(one.decision is None for one in differences):
        raise DifferencesOpen(count=open_count)
    if by.id in _preparers(batch, differences):
        raise SamePerson()
    total_fen = totals_of(batch).total_fen
    if expected_fen is not None and expected_fen != total_fen:
        raise TotalChanged(total=yuan(total_fen))
    if total_fen < 0:
        raise NegativeTotal()
    _settle_lines(batch, differences, by, at)
    _settle_receipts(batch, differences)
    _list_originals(batch)
    courier = sum(line.settled_fen or 0 for line in batch.lines if line.part == "courier")
    book_courier(batch=batch, amount_fen=courier, by=by, at=at)
    head = db.session.get(AuditHead, 1)
    batch.ledger_head = head.hash if head else ""
    batch.state, batch.approved_by_id, batch.approved_at = target, by.id, at
    batch.approved_fen = total_fen
    if not total_fen:
        advance_by_itself(batch, "nothing_to_pay")
        batch.paid_on = business_day(at)
        batch.mail_by = batch.paid_on + timedelta(days=MAILING_DAYS)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="batch approved",
        subject=f"batch:{batch.id}",
        total_fen=total_fen,
        lines=len(batch.lines),
        differences=len(differences),
    )
    return batch


def _preparers(batch: Batch, differences: list[Difference]) -> set[int]:
    """Who uploaded the current report or ever decided one of these differences."""
    decided = select(Resolution.by_id).where(
        Resolution.difference_id.in_([one.id for one in differences])
    )
    people = set(db.session.scalars(decided))
    people.add(current_report(batch).uploaded_by_id)
    if batch.prepared_by_id is not None:
        people.add(batch.prepared_by_id)
    return people


def _settle_lines(batch: Batch, differences: list[Difference], by: Staff, at: datetime) -> None:
    by_line = {one.line_id: one for one in differences if one.line_id is not None}
    for line in list(batch.lines):
        difference = by_line.get(line.id)
        if difference is None:
            line.settled_fen = line.amount_fen
            continue
        line.settled_fen = decided_fen(difference)
        change = line.settled_fen - line.amount_fen
        if change and difference.decision != "carry":
            adjustment.change_line(
                line=line, difference=difference, change_fen=change, by=by, at=at
            )
    for difference in differences:
        fen = decided_fen(difference)
        if difference.line_id is None and fen:
            adjustment.add_line(batch=batch, difference=difference, amount_fen=fen, by=by, at=at)
    db.session.flush()
    db.session.refresh(batch, ["lines"])


def _settle_receipts(batch: Batch, differences: list[Difference]) -> None:
    """Mark the receipts of what is paid. One receipt for two letters is marked once: a person has
    decided it."""
    reported = {one.line_id: one.receipts for one in differences if one.report_fen is not None}
    taken = set(
        db.session.scalars(
            select(SettledReceipt.receipt_number).where(
                SettledReceipt.center_id == batch.center_id,
                SettledReceipt.receipt_number.in_(
                    [one for line in batch.lines for one in _receipts_of(line, reported)]
                ),
            )
        )
    )
    for line in batch.lines:
        if line.letter_id is None or (line.settled_fen or 0) <= 0:
            continue
        receipts = _receipts_of(line, reported)
        elsewhere = settled_elsewhere(
            center_id=batch.center_id,
            receipts=RECEIPT_SEPARATOR.join(receipts),
            letter_id=line.letter_id,
            batch=batch,
        )
        if elsewhere is not None:
            raise ReceiptSettledBefore(receipt=elsewhere.receipt_number, batch=elsewhere.batch.week)
        for receipt in receipts:
            if receipt not in taken:
                taken.add(receipt)
                db.session.add(
                    SettledReceipt(
                        center_id=batch.center_id,
                        receipt_number=receipt,
                        batch_id=batch.id,
                        letter_id=line.letter_id,
                    )
                )


def _receipts_of(line: BatchLine, reported: dict[int | None, str]) -> list[str]:
    both = [*line.receipts.split(RECEIPT_SEPARATOR)]
    both += reported.get(line.id, "").split(RECEIPT_SEPARATOR)
    return [one for one in dict.fromkeys(both) if one] if line.letter_id is not None else []


def _list_originals(batch: Batch) -> None:
    """Copies 3 and 4 of every letter that is paid, and every receipt, each once."""
    letters = {
        line.letter_id for line in batch.lines if line.letter_id and (line.settled_fen or 0) > 0
    }
    owed = {
        (one.kind, one.code)
        for one in db.session.scalars(select(Original).where(Original.letter_id.in_(letters)))
    }
    copies = db.session.scalars(
        select(LetterCopy)
        .where(LetterCopy.letter_id.in_(letters), LetterCopy.copy_no.in_((3, 4)))
        .order_by(LetterCopy.letter_id, LetterCopy.copy_no)
    )
    wanted: list[tuple[int | None, str, str]] = [
        (one.letter_id, f"copy_{one.copy_no}", one.code) for one in copies
    ]
    db.session.flush()
    receipts = db.session.scalars(
        select(SettledReceipt)
        .where(SettledReceipt.batch_id == batch.id)
        .order_by(SettledReceipt.id)
    )
    wanted += [(one.letter_id, "receipt", one.receipt_number) for one in receipts]
    db.session.add_all(
        Original(batch_id=batch.id, letter_id=letter_id, kind=kind, code=code)
        for letter_id, kind, code in wanted
        if kind == "receipt" or (kind, code) not in owed
    )
