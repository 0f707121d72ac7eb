"""From the approval to the closed batch: receipts settled, payments, bank lines, originals."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from guarantee.db import (
    Base,
    FenColumn,
    Moment,
    PrimaryKey,
    index_where_given,
    one_of,
    unique_where,
)
from guarantee.letters.models import Letter
from guarantee.parties.staff import Staff
from guarantee.settlement.models_batch import Batch

PAYMENT_STATES = ("ordered", "partly_paid", "paid", "overpaid", "returned")
LINE_OUTCOMES = ("matched", "partly_paid", "overpaid", "returned", "unmatched")
ORIGINAL_KINDS = ("copy_3", "copy_4", "receipt")


class SettledReceipt(Base):
    """A centre's receipt is settled once, whatever is uploaded later."""

    __tablename__ = "settled_receipts"
    __table_args__ = (
        UniqueConstraint("center_id", "receipt_number", name="uq_settled_receipts_once"),
        CheckConstraint("receipt_number <> ''", name="has_receipt_number"),
        Index("ix_settled_receipts_number", "receipt_number"),
        Index("ix_settled_receipts_batch", "batch_id"),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    receipt_number: Mapped[str] = mapped_column(String(40))
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    batch: Mapped[Batch] = relationship()


class PaymentOrder:
    """One order to the bank to pay a batch. The account is kept as it was on that day.

    ordered: in a payment file. partly_paid, overpaid: the bank moved another amount. returned:
    the money came back; the batch may be ordered anew, with the next attempt's reference.
    """

    id: Mapped[PrimaryKey]
    attempt: Mapped[int]
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    account_number: Mapped[str] = mapped_column(String(40))
    bank_name: Mapped[str] = mapped_column(String(80))
    amount_fen: Mapped[FenColumn]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="ordered")
    paid_fen: Mapped[FenColumn] = mapped_column(default=0)
    paid_on: Mapped[date | None]
    """The day the bank booked the latest payment; kept when the money came back."""
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


def order_rules(table: str) -> tuple[SchemaItem, ...]:
    """What holds for every order of `table`, and that a batch has one live order at a time."""
    return (
        UniqueConstraint("batch_id", "attempt", name=f"uq_{table}_attempt"),
        unique_where(f"uq_{table}_one_live", "batch_id", where="state <> 'returned'"),
        one_of("state", PAYMENT_STATES),
        CheckConstraint("attempt >= 1", name="counted_from_one"),
        CheckConstraint("reference <> ''", name="has_reference"),
        CheckConstraint("account_number <> ''", name="has_account_number"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("paid_fen >= 0", name="paid_not_negative"),
        CheckConstraint(
            "(state IN ('ordered', 'returned')) = (paid_fen = 0)", name="paid_something"
        ),
        CheckConstraint("(state = 'ordered') = (paid_on IS NULL)", name="paid_on_a_day"),
        CheckConstraint("state <> 'paid' OR paid_fen = amount_fen", name="paid_in_full"),
        CheckConstraint("state <> 'partly_paid' OR paid_fen < amount_fen", name="partly_is_less"),
        CheckConstraint("state <> 'overpaid' OR paid_fen > amount_fen", name="overpaid_is_more"),
    )


class Remittance(PaymentOrder, Base):
    """An order to pay a centre's batch."""

    __tablename__ = "remittances"
    __table_args__ = order_rules("remittances")

    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"))
    payee: Mapped[str] = mapped_column(String(80))
    batch: Mapped[Batch] = relationship()
    made_by: Mapped[Staff] = relationship()


class BankStatement(Base):
    """A statement file as it was taken."""

    __tablename__ = "bank_statements"
    __table_args__ = (
        one_of("form", ("csv", "camt.053", "mt940")),
        CheckConstraint("already_seen >= 0 AND handed_back >= 0", name="counts_not_negative"),
    )

    id: Mapped[PrimaryKey]
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(10))
    already_seen: Mapped[int]
    handed_back: Mapped[int]
    taken_at: Mapped[Moment]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    taken_by: Mapped[Staff] = relationship()
    lines: Mapped[list[BankStatementLine]] = relationship(
        back_populates="statement", order_by="BankStatementLine.id"
    )


class BankStatementLine(Base):
    """A movement on our account. The bank's serial number counts once, in whatever file."""

    __tablename__ = "bank_statement_lines"
    __table_args__ = (
        UniqueConstraint("serial", name="uq_bank_statement_lines_serial"),
        CheckConstraint("serial <> ''", name="has_serial"),
        one_of("outcome", LINE_OUTCOMES),
        CheckConstraint(
            "(outcome = 'unmatched') = (remittance_id IS NULL AND hospital_remittance_id IS NULL)",
            name="matched_to_something",
        ),
        CheckConstraint(
            "remittance_id IS NULL OR hospital_remittance_id IS NULL", name="matched_to_one"
        ),
        CheckConstraint("amount_fen <> 0", name="amount_not_nothing"),
    )

    id: Mapped[PrimaryKey]
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"), index=True)
    serial: Mapped[str] = mapped_column(String(60))
    booked_on: Mapped[date]
    amount_fen: Mapped[FenColumn]
    """+ into our account, − out of it."""
    counterparty: Mapped[str] = mapped_column(String(120))
    account: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(300))
    outcome: Mapped[str] = mapped_column(String(12))
    remittance_id: Mapped[int | None] = mapped_column(ForeignKey("remittances.id"), index=True)
    hospital_remittance_id: Mapped[int | None] = mapped_column(
        ForeignKey("hospital_remittances.id"), index=True
    )
    """The hospital's order (`models_hospital.py`) that it paid, where it is no centre's."""
    statement: Mapped[BankStatement] = relationship(back_populates="lines")
    remittance: Mapped[Remittance | None] = relationship()


class Mailing(Base):
    """A parcel of originals on its way to headquarters."""

    __tablename__ = "mailings"
    __table_args__ = (
        UniqueConstraint("courier", "tracking_number", name="uq_mailings_tracking"),
        CheckConstraint("tracking_number <> ''", name="has_tracking_number"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"), index=True)
    courier: Mapped[str] = mapped_column(String(40))
    tracking_number: Mapped[str] = mapped_column(String(40))
    mailed_on: Mapped[date]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    batch: Mapped[Batch] = relationship()
    originals: Mapped[list[Original]] = relationship(back_populates="mailing")


class Original(Base):
    """A paper that the centre owes headquarters for a settled line, until it has arrived."""

    __tablename__ = "originals"
    __table_args__ = (
        UniqueConstraint("batch_id", "kind", "code", name="uq_originals_code"),
        one_of("kind", ORIGINAL_KINDS),
        CheckConstraint("code <> ''", name="has_code"),
        CheckConstraint("kind = 'receipt' OR letter_id IS NOT NULL", name="copy_of_letter"),
        CheckConstraint(
            "(arrived_at IS NULL) = (arrived_by_id IS NULL)", name="arrived_at_somebody"
        ),
        Index("ix_originals_owed", "batch_id", "arrived_at"),
        index_where_given("ix_originals_letter", "letter_id"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    kind: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(40))
    """The copy's own code, or the receipt's number."""
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailings.id"))
    arrived_at: Mapped[Moment | None]
    arrived_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    batch: Mapped[Batch] = relationship()
    letter: Mapped[Letter | None] = relationship()
    mailing: Mapped[Mailing | None] = relationship(back_populates="originals")
