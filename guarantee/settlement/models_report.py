"""The centre's reports as they came, and the differences with every decision on them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, FenColumn, Moment, PrimaryKey, append_only, one_of, unique_where
from guarantee.parties.staff import Staff
from guarantee.personal_data import SealedText
from guarantee.settlement.differences import Kind
from guarantee.settlement.frames import PRE_HOSPITAL, RESERVE_FUND
from guarantee.settlement.models_batch import Batch, BatchLine

DECISIONS = ("take_center", "take_system", "leave_out", "carry")


class Report(Base):
    """A table that the centre uploaded. A later one replaces it; both are kept."""

    __tablename__ = "settlement_reports"
    __table_args__ = (
        unique_where("uq_settlement_reports_current", "batch_id", where="replaced_at IS NULL"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(SealedText, deferred=True)
    """The file itself, base64: it names patients."""
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    ignored: Mapped[list[str]] = mapped_column(JSON)
    total_fen: Mapped[FenColumn]
    uploaded_at: Mapped[Moment]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    replaced_at: Mapped[Moment | None]
    batch: Mapped[Batch] = relationship()
    uploaded_by: Mapped[Staff] = relationship()
    rows: Mapped[list[ReportRow]] = relationship(back_populates="report", order_by="ReportRow.row")
    handed_back: Mapped[list[HandedBackRow]] = relationship(order_by="HandedBackRow.row")


class ReportRow(Base):
    """A row understood. `total_fen` is what the centre claims."""

    __tablename__ = "settlement_report_rows"
    __table_args__ = (
        UniqueConstraint("report_id", "row", name="uq_settlement_report_rows_row"),
        one_of("part", (PRE_HOSPITAL, RESERVE_FUND)),
        CheckConstraint("total_fen >= 0", name="total_not_negative"),
        Index("ix_settlement_report_rows_letter", "letter_number"),
    )

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("settlement_reports.id"))
    row: Mapped[int]
    """As the spreadsheet program shows it."""
    number_text: Mapped[str] = mapped_column(String(80))
    letter_number: Mapped[str | None] = mapped_column(String(16))
    part: Mapped[str] = mapped_column(String(12))
    patient_name: Mapped[str] = mapped_column(SealedText)
    dispatched_on: Mapped[date | None]
    vehicle_fen: Mapped[FenColumn | None]
    treatment_fen: Mapped[FenColumn | None]
    visit_fen: Mapped[FenColumn | None]
    transfer_fen: Mapped[FenColumn | None]
    total_fen: Mapped[FenColumn]
    parts_fen: Mapped[FenColumn]
    receipts: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(SealedText, default="")
    report: Mapped[Report] = relationship(back_populates="rows")


class ReportReceipt(Base):
    """A receipt that a row names, to be found from other batches."""

    __tablename__ = "settlement_report_receipts"

    row_id: Mapped[int] = mapped_column(ForeignKey("settlement_report_rows.id"), primary_key=True)
    receipt_number: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class HandedBackRow(Base):
    """A row not understood, with the reason and its cells."""

    __tablename__ = "settlement_handed_back_rows"
    __table_args__ = (
        UniqueConstraint("report_id", "row", name="uq_settlement_handed_back_rows_row"),
        CheckConstraint("code <> ''", name="has_code"),
    )

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("settlement_reports.id"))
    row: Mapped[int]
    field: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(40))
    reason_zh: Mapped[str] = mapped_column(String(300))
    reason_en: Mapped[str] = mapped_column(String(300))
    cells: Mapped[str] = mapped_column(SealedText)
    """JSON list of the cells as they stood."""


class Difference(Base):
    """A line on which system and report do not agree. Superseded by the next reconciliation,
    never deleted."""

    __tablename__ = "settlement_differences"
    __table_args__ = (
        one_of("kind", [kind for kind in Kind if kind is not Kind.MATCHED]),
        one_of("part", (PRE_HOSPITAL, RESERVE_FUND)),
        one_of("decision", DECISIONS),
        CheckConstraint("(decision IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("decision IS NULL OR reason <> ''", name="decided_with_reason"),
        CheckConstraint(
            "line_id IS NOT NULL OR row_id IS NOT NULL OR carried_from_id IS NOT NULL",
            name="has_a_side",
        ),
        UniqueConstraint("carried_from_id", name="uq_settlement_differences_carried_once"),
        unique_where("uq_settlement_differences_line", "line_id", where="superseded_at IS NULL"),
        unique_where(
            "uq_settlement_differences_row",
            "row_id",
            where="superseded_at IS NULL AND carried_from_id IS NULL",
        ),
        Index("ix_settlement_differences_batch", "batch_id", "superseded_at"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("settlement_batches.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_lines.id"))
    row_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_report_rows.id"))
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_differences.id"))
    kind: Mapped[Kind] = mapped_column(String(24))
    also: Mapped[str] = mapped_column(String(200), default="")
    """Lighter kinds beside it, comma between."""
    letter_number: Mapped[str | None] = mapped_column(String(16))
    number_text: Mapped[str] = mapped_column(String(80), default="")
    part: Mapped[str] = mapped_column(String(12))
    system_fen: Mapped[FenColumn | None]
    report_fen: Mapped[FenColumn | None]
    limit_fen: Mapped[FenColumn | None]
    receipts: Mapped[str] = mapped_column(Text, default="")
    """Of the report's side; of the system's where there is none."""
    suggested_line_id: Mapped[int | None] = mapped_column(ForeignKey("settlement_lines.id"))
    suggested_row: Mapped[int | None]
    suggested_because: Mapped[str] = mapped_column(String(20), default="")
    why_zh: Mapped[str] = mapped_column(Text)
    why_en: Mapped[str] = mapped_column(Text)
    found_at: Mapped[Moment]
    superseded_at: Mapped[Moment | None]
    decision: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(300), default="")
    decided_at: Mapped[Moment | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    batch: Mapped[Batch] = relationship()
    line: Mapped[BatchLine | None] = relationship(foreign_keys=[line_id])
    row: Mapped[ReportRow | None] = relationship()
    suggested_line: Mapped[BatchLine | None] = relationship(foreign_keys=[suggested_line_id])
    carried_from: Mapped[Difference | None] = relationship(remote_side="Difference.id")
    decided_by: Mapped[Staff | None] = relationship()
    history: Mapped[list[Resolution]] = relationship(order_by="Resolution.id")


class Resolution(Base):
    """One decision, or its undoing. Only ever added."""

    __tablename__ = "settlement_resolutions"
    __table_args__ = (
        one_of("decision", (*DECISIONS, "undo")),
        CheckConstraint("decision = 'undo' OR reason <> ''", name="has_reason"),
    )

    id: Mapped[PrimaryKey]
    difference_id: Mapped[int] = mapped_column(ForeignKey("settlement_differences.id"), index=True)
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(300))
    at: Mapped[Moment]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by: Mapped[Staff] = relationship()


append_only(Resolution.__table__)  # type: ignore[arg-type]
