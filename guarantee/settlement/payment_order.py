"""What holds for an order to the bank, whoever is paid: one live order a batch, to the account on
record, and what a line of the bank's statement does to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.settlement.bank_line import BankLine
from guarantee.settlement.models import Batch, HospitalBatch, HospitalRemittance, Remittance
from guarantee.settlement.payment_file import NoAccount

Order = TypeVar("Order", Remittance, HospitalRemittance)


def live_order(table: type[Order], batch_id: int) -> Order | None:
    """The order that stands for this batch: the one whose money did not come back."""
    query = select(table).where(table.batch_id == batch_id, table.state != "returned")
    return db.session.scalar(query)


def check_account(payee: Center | Hospital, name: str) -> None:
    """Refuses `no_account` where no account is on record."""
    if not payee.bank_account_number or not payee.bank_account_name:
        raise NoAccount(payee=name)


def place_order(
    table: type[Order],
    *,
    batch: Batch | HospitalBatch,
    payee: Center | Hospital,
    reference: Callable[[int], str],
    subject: str,
    by: Staff,
    at: datetime,
) -> Order:
    """The next order of an approved batch, to the account on record today. `reference` makes the
    order's own from the number of the attempt. The caller has locked and moved the batch."""
    before = db.session.scalar(select(func.count(table.id)).where(table.batch_id == batch.id))
    attempt = 1 + (before or 0)
    made = table(
        batch_id=batch.id,
        attempt=attempt,
        reference=reference(attempt),
        payee=payee.bank_account_name,
        account_number=payee.bank_account_number,
        bank_name=payee.bank_name,
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
        subject=subject,
        reference=made.reference,
        amount_fen=made.amount_fen,
    )
    return made


def can_take(order: Remittance | HospitalRemittance, line: BankLine) -> bool:
    """Whether the line can be the order's: not when the order's money is back already, nor when
    more came back than went out. Then somebody must look."""
    return order.state != "returned" and order.paid_fen >= line.amount_fen


def note_line(order: Remittance | HospitalRemittance, line: BankLine) -> tuple[str, str]:
    """Note on the order what the bank did; answers the line's outcome and what the batch is to do
    about it: 'confirm', 'return' or nothing."""
    order.paid_fen -= line.amount_fen  # out of our account is negative
    if line.amount_fen > 0:
        all_back = order.paid_fen == 0
        order.state = "returned" if all_back else _state_of(order)
        return "returned", "return" if all_back else ""
    order.state = _state_of(order)
    order.paid_on = line.booked_on
    outcome = "matched" if order.state == "paid" else order.state
    return outcome, "" if order.state == "partly_paid" else "confirm"


def audit_line(
    order: Remittance | HospitalRemittance,
    line: BankLine,
    *,
    outcome: str,
    subject: str,
    by: Staff,
    at: datetime,
) -> None:
    """Record what a line of the bank's statement did to an order."""
    audit.record(
        by=by,
        at=at,
        action=f"payment {outcome}",
        subject=subject,
        reference=order.reference,
        amount_fen=-line.amount_fen,
    )


def _state_of(order: Remittance | HospitalRemittance) -> str:
    """By what the bank has paid of it, money that came back aside."""
    if order.paid_fen == order.amount_fen:
        return "paid"
    return "partly_paid" if order.paid_fen < order.amount_fen else "overpaid"
