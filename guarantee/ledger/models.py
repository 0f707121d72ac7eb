"""The ledger's rows. Unit: fen. Sign: a balance is debits minus credits.

A posting moves a positive amount from its credit account to its debit account, so an entry is
balanced by its shape: nothing can be written that is not. Entries and postings are only ever
added; the database refuses to change them.

Balances are kept beside the postings by the database itself: a trigger on every new posting moves
the two accounts and, where it names one, the hold. So they equal the postings at every commit,
whoever wrote them (`flask ledger check` recomputes it all the same). See migrations/0002_ledger.py.

    cover_granted ──► cover_available ──► cover_held ──► cover_captured      what is promised
    center_payable / hospital_payable / reserve_fund ──► insurer_receivable  what is owed for it
    bank ──► center_payable / hospital_payable / reserve_fund                what is paid

A cover's held and captured are the totals of its holds: a hold is the account of one letter part.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import (
    Base,
    FenColumn,
    Moment,
    PrimaryKey,
    append_only,
    index_where_given,
    one_of,
    unique_where,
)
from guarantee.tables import HOLD


class AccountKind(StrEnum):
    """What an account is for, and whose it is (`owner_id`)."""

    COVER_GRANTED = "cover_granted"  # insurer: the other side of every sum insured; negative
    COVER_AVAILABLE = "cover_available"  # cover: may still be promised
    COVER_HELD = "cover_held"  # cover: promised by letters, not yet used
    COVER_CAPTURED = "cover_captured"  # cover: used
    INSURER_RECEIVABLE = "insurer_receivable"  # insurer: to be recovered from it
    CENTER_PAYABLE = "center_payable"  # centre: owed to it; negative while owed
    HOSPITAL_PAYABLE = "hospital_payable"  # hospital: owed to it; negative while owed
    RESERVE_FUND = "reserve_fund"  # centre: the alliance's money in its drawer
    COURIER_EXPENSE = "courier_expense"  # alliance
    BANK = "bank"  # alliance; negative by what was paid out


class Cover(Base):
    """The sum insured of one enrolment for one period. Locked by the ledger, and only there."""

    __tablename__ = "covers"
    __table_args__ = (CheckConstraint("sum_insured_fen > 0", name="sum_insured_positive"),)

    id: Mapped[PrimaryKey]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    sum_insured_fen: Mapped[FenColumn]


class Account(Base):
    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", name="uq_ledger_accounts_kind_owner"),
        one_of("kind", AccountKind),
        CheckConstraint(
            "kind NOT IN ('cover_available', 'cover_held', 'cover_captured') OR balance_fen >= 0",
            name="cover_never_overdrawn",
        ),
        CheckConstraint("kind <> 'reserve_fund' OR balance_fen >= 0", name="reserve_fund_positive"),
        CheckConstraint("kind <> 'cover_granted' OR balance_fen <= 0", name="granted_not_positive"),
        CheckConstraint(
            "(kind IN ('bank', 'courier_expense')) = (owner_id = 0)", name="owner_unless_alliance"
        ),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[AccountKind] = mapped_column(String(24))
    owner_id: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_fen: Mapped[FenColumn] = mapped_column(default=0)


class Entry(Base):
    """One movement: what happened, for what, by whom, when, and what makes it count once."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("reverses_id <> id", name="reverses_another"),
        unique_where(
            "uq_ledger_entries_reversed_once", "reverses_id", where="reverses_id IS NOT NULL"
        ),
        Index("ix_ledger_entries_at", "at"),
        index_where_given("ix_ledger_entries_idempotency_key", "idempotency_key"),
    )

    id: Mapped[PrimaryKey]
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(String(30))
    """What happened: 'cover opened', 'hold placed', 'captured', 'released', … (ledger/words.py)"""
    cause: Mapped[str] = mapped_column(String(80), index=True)
    """The thing it happened for: 'letter:3101…', 'batch:7'."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Natural key of the movement ('bank:…', 'drawdown:7'): it can't be written twice."""
    idempotency_key: Mapped[str | None] = mapped_column(String(120))
    """The Idempotency-Key of the request that moved it, where it came with one."""
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"))
    """What it mends: another entry, reversed once."""
    postings: Mapped[list[Posting]] = relationship(back_populates="entry", order_by="Posting.id")


class Posting(Base):
    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
    )

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    debit_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"), index=True)
    credit_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"), index=True)
    amount_fen: Mapped[FenColumn]
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id"), index=True)
    """The hold it belongs to, where a letter's part is concerned."""
    entry: Mapped[Entry] = relationship(back_populates="postings")


class Part(StrEnum):
    """The two parts of a guarantee. What one leaves over does not pay for the other."""

    PRE_HOSPITAL = "pre_hospital"
    IN_HOSPITAL = "in_hospital"


class Hold(Base):
    """Money of a cover set aside for one part of one letter: the account of that letter part.

    Of what was placed, `held_fen` is still promised and `captured_fen` used; the rest went back to
    the cover. Both are moved by the postings that name the hold, and by nothing else.
    """

    __tablename__ = "holds"
    __table_args__ = (
        UniqueConstraint("letter_id", "part", name="uq_holds_letter_part"),
        one_of("part", Part),
        one_of("state", HOLD.states),
        CheckConstraint("placed_fen >= 0", name="placed_not_negative"),
        CheckConstraint("held_fen >= 0", name="held_not_negative"),
        CheckConstraint("captured_fen >= 0", name="captured_not_negative"),
        CheckConstraint("captured_fen + held_fen <= placed_fen", name="within_placed"),
        Index("ix_holds_cover_state", "cover_id", "state"),
    )

    id: Mapped[PrimaryKey]
    cover_id: Mapped[int] = mapped_column(ForeignKey("covers.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    part: Mapped[Part] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(20), default="placed")
    """One of tables.HOLD, where each is explained."""
    placed_fen: Mapped[FenColumn]
    held_fen: Mapped[FenColumn] = mapped_column(default=0)
    captured_fen: Mapped[FenColumn] = mapped_column(default=0)
    placed_at: Mapped[Moment]
    links_to_id: Mapped[int | None] = mapped_column(ForeignKey("holds.id"))
    """A top-up's hold names the initial letter's."""

    @property
    def released_fen(self) -> int:
        """What of the placed amount went back to the cover."""
        return self.placed_fen - self.held_fen - self.captured_fen


append_only(Entry.__table__)  # type: ignore[arg-type]
append_only(Posting.__table__)  # type: ignore[arg-type]
