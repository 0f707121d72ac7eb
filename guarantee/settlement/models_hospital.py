"""A week's batch of one network hospital, its letters, and the orders that pay it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, FenColumn, Moment, PrimaryKey, one_of
from guarantee.letters.models import Letter
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.settlement.models_payment import PaymentOrder, order_rules
from guarantee.tables import HOSPITAL_BATCH


class HospitalBatch(Base):
    """What one hospital is owed for the letters closed by the end of a week. There is one,
    however often the week is opened; none where nothing is owed."""

    __tablename__ = "hospital_batches"
    __table_args__ = (
        UniqueConstraint("hospital_id", "week", name="uq_hospital_batches_hospital_week"),
        one_of("state", HOSPITAL_BATCH.states),
        CheckConstraint("length(week) = 8", name="week_like_2026_w47"),
        CheckConstraint("(state = 'open') = (approved_by_id IS NULL)", name="approved_by_somebody"),
        CheckConstraint("approved_by_id <> opened_by_id", name="approved_by_another"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_fen IS NULL)", name="approved_with_total"
        ),
        CheckConstraint("approved_fen > 0", name="approved_positive"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_has_time"
        ),
        CheckConstraint("(state = 'paid') = (paid_on IS NOT NULL)", name="paid_on_a_day"),
        Index("ix_hospital_batches_state", "state"),
        Index("ix_hospital_batches_hospital_paid", "hospital_id", "paid_on"),
    )

    id: Mapped[PrimaryKey]
    hospital_id: Mapped[int] = mapped_column(ForeignKey("hospitals.id"))
    week: Mapped[str] = mapped_column(String(8))
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="open")
    opened_at: Mapped[Moment]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    """May not approve."""
    remit_by: Mapped[date]
    """The last day to pay: 3 days from the Monday after the week."""
    approved_at: Mapped[Moment | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_fen: Mapped[FenColumn | None]
    paid_on: Mapped[date | None]
    """The day the bank booked the payment."""
    hospital: Mapped[Hospital] = relationship()
    opened_by: Mapped[Staff] = relationship(foreign_keys=[opened_by_id])
    approved_by: Mapped[Staff | None] = relationship(foreign_keys=[approved_by_id])
    lines: Mapped[list[HospitalLine]] = relationship(
        back_populates="batch", order_by="HospitalLine.id"
    )

    @property
    def total_fen(self) -> int:
        """The sum of its letters, in fen; from the approval on what was approved."""
        return sum(line.amount_fen for line in self.lines)


class HospitalLine(Base):
    """What a batch pays for one closed letter: what is captured in hospital over the letter and
    its top-ups, less all its earlier lines. What changes later becomes the letter's next line."""

    __tablename__ = "hospital_lines"
    __table_args__ = (
        UniqueConstraint("letter_id", "nth", name="uq_hospital_lines_nth"),
        UniqueConstraint("batch_id", "letter_id", name="uq_hospital_lines_batch_letter"),
        CheckConstraint("nth >= 1", name="counted_from_one"),
        CheckConstraint("amount_fen <> 0", name="amount_not_nothing"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("hospital_batches.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    """The case's initial letter."""
    nth: Mapped[int]
    """1: the letter for the first time; more: a difference to what was settled before. Two
    openings at once would both write the same one, and the database lets in one."""
    closed_on: Mapped[date]
    """The business day of the final bill."""
    amount_fen: Mapped[FenColumn]
    """Negative: less is captured than was settled before."""
    batch: Mapped[HospitalBatch] = relationship(back_populates="lines")
    letter: Mapped[Letter] = relationship()


class HospitalRemittance(PaymentOrder, Base):
    """An order to pay a hospital's batch."""

    __tablename__ = "hospital_remittances"
    __table_args__ = order_rules("hospital_remittances")

    batch_id: Mapped[int] = mapped_column(ForeignKey("hospital_batches.id"))
    payee: Mapped[str] = mapped_column(String(120))
    batch: Mapped[HospitalBatch] = relationship()
    made_by: Mapped[Staff] = relationship()
