"""Paying a hospital's approved batch: ordered once, to the account on record; paid when the bank
says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.settlement.bank_line import BankLine
from guarantee.settlement.books import book_hospital_payment
from guarantee.settlement.models import HospitalBatch, HospitalRemittance
from guarantee.settlement.moves import advance, advance_by_itself, locked
from guarantee.settlement.payment_file import hospital_reference_of
from guarantee.settlement.payment_order import (
    audit_line,
    can_take,
    check_account,
    live_order,
    note_line,
    place_order,
)


def pay_hospitals(
    *, batches: Sequence[HospitalBatch], by: Staff, at: datetime
) -> list[HospitalRemittance]:
    """Order the payment of approved batches. A batch ordered already answers with its order.

    Refuses `wrong_state`, `not_your_step`, `no_account`; one refusal stops them all.
    """
    return [_order(batch, by, at) for batch in sorted(batches, key=lambda one: one.id)]


def live_hospital_remittance(batch: HospitalBatch) -> HospitalRemittance | None:
    """The order that stands for this batch."""
    return live_order(HospitalRemittance, batch.id)


def take_hospital_line(
    *, remittance: HospitalRemittance, line: BankLine, by: Staff, at: datetime
) -> str:
    """Book a line of the bank's statement that names this order, and note it on order and batch.

    Answers the line's outcome; 'unmatched', and nothing booked, when it can't be the order's.
    """
    batch = locked(remittance.batch)
    db.session.refresh(remittance)
    if not can_take(remittance, line):
        return "unmatched"
    book_hospital_payment(
        batch=batch, amount_fen=-line.amount_fen, serial=line.serial, by=by, at=at
    )
    outcome, event = note_line(remittance, line)
    if event == "return":
        advance_by_itself(batch, "return")
        batch.paid_on = None
    elif event == "confirm" and batch.state == "remitted":
        advance_by_itself(batch, "confirm")
        batch.paid_on = line.booked_on
    db.session.flush()
    subject = f"hospital_batch:{batch.id}"
    audit_line(remittance, line, outcome=outcome, subject=subject, by=by, at=at)
    return outcome


def _order(batch: HospitalBatch, by: Staff, at: datetime) -> HospitalRemittance:
    batch = locked(batch)
    if (found := live_hospital_remittance(batch)) is not None:
        return found
    advance(batch, "remit", by)
    hospital = batch.hospital
    check_account(hospital, hospital.name)
    return place_order(
        HospitalRemittance,
        batch=batch,
        payee=hospital,
        reference=partial(hospital_reference_of, hospital.id, batch.week),
        subject=f"hospital_batch:{batch.id}",
        by=by,
        at=at,
    )
