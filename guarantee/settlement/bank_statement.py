"""The bank's statement is taken: each movement once, matched to the payment it belongs to."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.settlement.bank_line import BankLine
from guarantee.settlement.bank_lines import read_statement
from guarantee.settlement.books import book_payment
from guarantee.settlement.hospital_payment import take_hospital_line
from guarantee.settlement.models import (
    BankStatement,
    BankStatementLine,
    HospitalRemittance,
    Remittance,
)
from guarantee.settlement.moves import advance_by_itself, locked
from guarantee.settlement.payment_order import audit_line, can_take, note_line

MAILING_DAYS = 2
AnyOrder = TypeVar("AnyOrder", Remittance, HospitalRemittance)
_REFERENCE = re.compile(r"(?:JS\d{10}|JY\d{12})(?:R\d{1,2})?(?!\d)")


def take_statement(
    *, data: bytes, filename: str, by: Staff, at: datetime, mailing_days: int = MAILING_DAYS
) -> BankStatement:
    """Every line of the file, matched or not; a serial number seen before counts no second time.

    A payment is found by its reference in 附言; its amount says whether it was paid in full,
    in part, or too much. Money that comes back with the reference is a return: the batch must
    be paid anew. Refuses a file as `bank_lines.read_statement` does.
    """
    read = read_statement(data, filename=filename)
    statement = BankStatement(
        filename=filename[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        form=read.form,
        already_seen=0,
        handed_back=len(read.handed_back),
        taken_at=at,
        taken_by_id=by.id,
    )
    db.session.add(statement)
    db.session.flush()
    serials = [line.serial for line in read.lines]
    seen = set(
        db.session.scalars(
            select(BankStatementLine.serial).where(BankStatementLine.serial.in_(serials))
        )
    )
    # Orders are paid before they come back, whichever way the bank sorts its file; and two files
    # with the same lines take them in the same order, so that they never wait for each other.
    in_order = sorted(read.lines, key=lambda one: (one.booked_on, one.amount_fen > 0, one.serial))
    for line in in_order:
        if line.serial in seen or not line.amount_fen:
            statement.already_seen += line.serial in seen
            continue
        seen.add(line.serial)
        _take(statement, line, by, at, mailing_days)
    db.session.flush()
    db.session.refresh(statement, ["lines"])
    outcomes = [line.outcome for line in statement.lines]
    audit.record(
        by=by,
        at=at,
        action="bank statement taken",
        subject=f"bank_statement:{statement.id}",
        sha256=statement.sha256,
        already_seen=statement.already_seen,
        handed_back=statement.handed_back,
        **{outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
    )
    return statement


def _take(
    statement: BankStatement, line: BankLine, by: Staff, at: datetime, mailing_days: int
) -> None:
    reference = _reference_in(line)
    remittance = _order(Remittance, reference)
    hospital_remittance = _order(HospitalRemittance, reference)
    outcome = "unmatched"
    if hospital_remittance is not None:
        outcome = take_hospital_line(remittance=hospital_remittance, line=line, by=by, at=at)
        if outcome == "unmatched":
            hospital_remittance = None
    elif remittance is not None:
        outcome = _take_center_line(remittance, line, by, at, mailing_days)
        if outcome == "unmatched":
            remittance = None
    db.session.add(
        BankStatementLine(
            statement_id=statement.id,
            serial=line.serial,
            booked_on=line.booked_on,
            amount_fen=line.amount_fen,
            counterparty=line.counterparty,
            account=line.account,
            text=line.text,
            outcome=outcome,
            remittance_id=remittance.id if remittance else None,
            hospital_remittance_id=hospital_remittance.id if hospital_remittance else None,
        )
    )
    db.session.flush()


def _take_center_line(
    remittance: Remittance, line: BankLine, by: Staff, at: datetime, mailing_days: int
) -> str:
    """Book a line that names a centre's order, and note it on order and batch; its outcome."""
    batch = locked(remittance.batch)
    db.session.refresh(remittance)
    if not can_take(remittance, line):
        return "unmatched"
    book_payment(
        batch=batch,
        before_fen=remittance.paid_fen,
        amount_fen=-line.amount_fen,
        serial=line.serial,
        by=by,
        at=at,
    )
    outcome, event = note_line(remittance, line)
    if event == "return" and batch.state in ("remitted", "paid"):
        advance_by_itself(batch, "return")
        batch.paid_on = batch.mail_by = None
    elif event == "confirm" and batch.state == "remitted":
        advance_by_itself(batch, "confirm")
        batch.paid_on = line.booked_on
        batch.mail_by = line.booked_on + timedelta(days=mailing_days)
    audit_line(remittance, line, outcome=outcome, subject=f"batch:{batch.id}", by=by, at=at)
    return outcome


def _reference_in(line: BankLine) -> str | None:
    """The reference in the text. Two references in one text: nobody can say, so none."""
    named = set(_REFERENCE.findall(line.text.upper()))
    return named.pop() if len(named) == 1 else None


def _order(table: type[AnyOrder], reference: str | None) -> AnyOrder | None:
    """The order of this reference among the centres' or the hospitals'."""
    if reference is None:
        return None
    return db.session.scalar(select(table).where(table.reference == reference))
