"""A week's batch of one centre, its lines, and what the lines are made from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, FenColumn, Moment, PrimaryKey, one_of, unique_where
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.tables import BATCH

PARTS = ("pre_hospital", "reserve_fund", "courier")


class Batch(Base):
    """One centre's week. There is one, however often it is opened."""

    __tablename__ = "settlement_batches"
    __table_args__ = (
        UniqueConstraint("center_id", "week", name="uq_settlement_batches_center_week"),
        one_of("state", BATCH.states),
        CheckConstraint("length(week) = 8", name="week_like_2026_w47"),
        CheckConstraint(
            "(state IN ('open', 'reported', 'reconciled')) = (approved_by_id IS NULL)",
            name="approved_by_somebody",
        ),
        CheckConstraint("approved_by_id <> prepared_by_id", name="approved_by_another"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_fen IS NULL)", name="approved_with_total"
        ),
        CheckConstraint("approved_fen >= 0", name="approved_not_negative"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_has_time"
        ),
        CheckConstraint(
            "approved_by_id IS NULL OR prepared_by_id IS NOT NULL", name="approved_once_prepared"
        ),
        CheckConstraint(
            "(prepared_by_id IS NULL) = (prepared_at IS NULL)", name="prepared_has_time"
        ),
        CheckConstraint(
            "(state IN ('paid', 'mailed', 'closed')) = (paid_on IS NOT NULL)", name="paid_on_a_day"
        ),
        CheckConstraint(
            "(state = 'closed') = (closed_by_id IS NOT NULL)", name="closed_by_somebody"
        ),
        CheckConstraint("(closed_by_id IS NULL) = (closed_at IS NULL)", name="closed_has_time"),
        Index("ix_settlement_batches_state", "state"),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    week: Mapped[str] = mapped_column(String(8))
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="open")
    opened_at: Mapped[Moment]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    remit_by: Mapped[date]
    """The last day to pay: 3 days from the Monday of the report."""
    prepared_at: Mapped[Moment | None]
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who last uploaded the report or decided a difference; may not approve."""
    approved_at: Mapped[Moment | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_fen: Mapped[FenColumn | None]
    """What is paid: pre-hospital, reserve fund and courier together."""
    ledger_head: Mapped[str] = mapped_column(String(64), default="")
    """The audit chain's head when the batch was approved."""
    paid_on: Mapped[date | None]
    mail_by: Mapped[date | None]
    closed_at: Mapped[Moment | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    center: Mapped[Center] = relationship()
    opened_by: Mapped[Staff] = relationship(foreign_keys=[opened_by_id])
    prepared_by: Mapped[Staff | None] = relationship(foreign_keys=[prepared_by_id])
    approved_by: Mapped[Staff | None] = relationship(foreign_keys=[approved_by_id])
    closed_by: Mapped[Staff | None] = relationship(foreign_keys=[closed_by_id])
    lines: Mapped[list[BatchLine]] = relationship(
        back_populates="batch", order_by="BatchLine.id", foreign_keys="BatchLine.batch_id"
    )


class BatchLine(Base):
    """What the system holds for one part of one letter in this week, or the week's courier fees.

    `amount_fen` is the system's figure, `reported_fen` the report's, `settled_fen` what is paid,
    known from the approval on. Negative: refunds were posted of what was settled before.
    """

    __tablename__ = "settlement_lines"
    __table_args__ = (
        one_of("part", PARTS),
        CheckConstraint("(part = 'courier') = (letter_id IS NULL)", name="letter_unless_courier"),
        CheckConstraint("limit_fen >= 0", name="limit_not_negative"),
        UniqueConstraint("carried_from_id", name="uq_settlement_lines_carried_once"),
        unique_where(
            "uq_settlement_lines_one_courier",
            "batch_id",
            where="part = 'courier' AND carried_from_id IS NULL AND NOT added",
        ),
        Index(
            "uq_settlement_lines_once",
            "batch_id",
            "letter_id",
            "part",
            "late",
            unique=True,
            sqlite_where=text("carried_from_id IS NULL AND added = 0"),
            postgresql_where=text("carried_from_id IS NULL AND NOT added"),
        ),
        Index("ix_settlement_lines_letter", "letter_id", "part"),
        Index("ix_settlement_lines_batch", "batch_id"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"))
    part: Mapped[str] = mapped_column(String(12))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    amount_fen: Mapped[FenColumn]
    limit_fen: Mapped[FenColumn | None]
    """How much of the letter's guarantee was left for this week; None: no limit of its own."""
    receipts: Mapped[str] = mapped_column(Text, default="")
    charged_from: Mapped[date | None]
    charged_to: Mapped[date | None]
    late: Mapped[bool] = mapped_column(default=False)
    """It belongs to an earlier week and came too late for that week's batch."""
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_lines.id"))
    added: Mapped[bool] = mapped_column(default=False)
    """Only the centre had it, and a person decided to take it."""
    reported_fen: Mapped[FenColumn | None]
    settled_fen: Mapped[FenColumn | None]
    batch: Mapped[Batch] = relationship(back_populates="lines", foreign_keys=[batch_id])
    letter: Mapped[Letter | None] = relationship()
    carried_from: Mapped[BatchLine | None] = relationship(remote_side="BatchLine.id")


class LineCharge(Base):
    """A charge stands in one line of one batch, ever."""

    __tablename__ = "settlement_line_charges"

    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("settlement_lines.id"), index=True)


class ReserveDrawdown(Base):
    """The centre paid a non-network hospital from its reserve fund, against a receipt.

    A negative row corrects the one it adjusts, by a person's decision on a difference.
    """

    __tablename__ = "reserve_drawdowns"
    __table_args__ = (
        CheckConstraint("receipt_number <> ''", name="has_receipt_number"),
        CheckConstraint("amount_fen > 0 OR adjusts_id IS NOT NULL", name="amount_positive"),
        CheckConstraint("amount_fen <> 0", name="amount_not_nothing"),
        unique_where(
            "uq_reserve_drawdowns_receipt",
            "center_id",
            "receipt_number",
            where="adjusts_id IS NULL",
        ),
        Index("ix_reserve_drawdowns_center_day", "center_id", "paid_on"),
        Index("ix_reserve_drawdowns_letter", "letter_id"),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    hospital_id: Mapped[int] = mapped_column(ForeignKey("hospitals.id"))
    amount_fen: Mapped[FenColumn]
    receipt_number: Mapped[str] = mapped_column(String(40))
    paid_on: Mapped[date]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    adjusts_id: Mapped[int | None] = mapped_column(ForeignKey("reserve_drawdowns.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_lines.id"), index=True)
    """The batch's line that replenishes it; None until Monday."""
    letter: Mapped[Letter] = relationship()
    hospital: Mapped[Hospital] = relationship()


class CourierFee(Base):
    """What the centre paid a courier for originals; the alliance's cost."""

    __tablename__ = "courier_fees"
    __table_args__ = (
        UniqueConstraint("center_id", "tracking_number", name="uq_courier_fees_tracking"),
        CheckConstraint("tracking_number <> ''", name="has_tracking_number"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    tracking_number: Mapped[str] = mapped_column(String(40))
    amount_fen: Mapped[FenColumn]
    paid_on: Mapped[date]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_lines.id"), index=True)


class SignOff(Base):
    """A centre's day, compared by the supervisor with the centre's finance and signed.

    The figures are kept as they were; what changes later shows against them.
    """

    __tablename__ = "sign_offs"
    __table_args__ = (
        UniqueConstraint("center_id", "day", name="uq_sign_offs_center_day"),
        CheckConstraint(
            "(letters = center_letters AND charges_fen + drawdowns_fen = center_fen) OR note <> ''",
            name="difference_has_note",
        ),
        CheckConstraint(
            "letters >= 0 AND charges >= 0 AND drawdowns >= 0 AND center_letters >= 0",
            name="counts_not_negative",
        ),
    )

    id: Mapped[PrimaryKey]
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"))
    day: Mapped[date]
    letters: Mapped[int]
    letters_fen: Mapped[FenColumn]
    """What the day's letters guarantee, both parts."""
    charges: Mapped[int]
    charges_fen: Mapped[FenColumn]
    drawdowns: Mapped[int]
    drawdowns_fen: Mapped[FenColumn]
    center_letters: Mapped[int]
    center_fen: Mapped[FenColumn]
    """The centre's own figure for charges and drawdowns together."""
    note: Mapped[str] = mapped_column(String(300), default="")
    signed_at: Mapped[Moment]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    center: Mapped[Center] = relationship()
    signed_by: Mapped[Staff] = relationship()
