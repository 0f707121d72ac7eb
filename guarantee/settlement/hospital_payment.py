"""Paying a hospital's approved batch: ordered once, to the account on record; paid when the bank
says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.settlement.bank_line import BankLine
from guarantee.settlement.books import book_hospital_payment
from guarantee.settlement.models import HospitalBatch, HospitalRemittance, Remittance
from guarantee.settlement.moves import advance, advance_by_itself, locked
from guarantee.settlement.payment_file import NoAccount, hospital_reference_of


def pay_hospitals(
    *, batches: Sequence[HospitalBatch], by: Staff, at: datetime
) -> list[HospitalRemittance]:
    """Order the payment of approved batches. A batch ordered already answers with its order.

    Refuses `wrong_state`, `not_your_step`, `no_account`; one refusal stops them all.
    """
    return [_order(batch, by, at) for batch in sorted(batches, key=lambda one: one.id)]


def live_hospital_remittance(batch: HospitalBatch) -> HospitalRemittance | None:
    """The order that stands for this batch: the one whose money did not come back."""
    return db.session.scalar(
        select(HospitalRemittance).where(
            HospitalRemittance.batch_id == batch.id, HospitalRemittance.state != "returned"
        )
    )


def take_hospital_line(
    *, remittance: HospitalRemittance, line: BankLine, by: Staff, at: datetime
) -> str:
    """Book a line of the bank's statement that names this order, and note it on order and batch.

    Answers the line's outcome; 'unmatched', and nothing booked, when more came back than went
    out: somebody must look.
    """
    batch = locked(remittance.batch)
    db.session.refresh(remittance)
    paid = remittance.paid_fen - line.amount_fen  # out of our account is negative
    if paid < 0 or remittance.state == "returned":
        return "unmatched"
    book_hospital_payment(
        batch=batch, amount_fen=-line.amount_fen, serial=line.serial, by=by, at=at
    )
    outcome = _note(batch, remittance, line, paid)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action=f"payment {outcome}",
        subject=f"hospital_batch:{batch.id}",
        reference=remittance.reference,
        amount_fen=-line.amount_fen,
    )
    return outcome


def state_of(remittance: Remittance | HospitalRemittance) -> str:
    """The order's state by what the bank has paid of it, money that came back aside."""
    if remittance.paid_fen == remittance.amount_fen:
        return "paid"
    return "partly_paid" if remittance.paid_fen < remittance.amount_fen else "overpaid"


def _note(batch: HospitalBatch, remittance: HospitalRemittance, line: BankLine, paid: int) -> str:
    remittance.paid_fen = paid
    if line.amount_fen > 0:
        remittance.state = "returned" if paid == 0 else state_of(remittance)
        if paid == 0:
            advance_by_itself(batch, "return")
            batch.paid_on = None
        return "returned"
    remittance.state = state_of(remittance)
    remittance.paid_on = line.booked_on
    if remittance.state != "partly_paid" and batch.state == "remitted":
        advance_by_itself(batch, "confirm")
        batch.paid_on = line.booked_on
    return "matched" if remittance.state == "paid" else remittance.state


def _order(batch: HospitalBatch, by: Staff, at: datetime) -> HospitalRemittance:
    batch = locked(batch)
    if (found := live_hospital_remittance(batch)) is not None:
        return found
    advance(batch, "remit", by)
    hospital = batch.hospital
    if not hospital.bank_account_number or not hospital.bank_account_name:
        raise NoAccount(payee=hospital.name)
    before = db.session.scalar(
        select(func.count(HospitalRemittance.id)).where(HospitalRemittance.batch_id == batch.id)
    )
    attempt = 1 + (before or 0)
    made = HospitalRemittance(
        batch_id=batch.id,
        attempt=attempt,
        reference=hospital_reference_of(hospital.id, batch.week, attempt),
        payee=hospital.bank_account_name,
        account_number=hospital.bank_account_number,
        bank_name=hospital.bank_name,
        amount_fen=batch.approved_fen or 0,
        due_on=batch.remit_by,
        made_at=at,
        made_by_id=by.id,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="payment ordered",
        subject=f"hospital_batch:{batch.id}",
        reference=made.reference,
        amount_fen=made.amount_fen,
    )
    return made
