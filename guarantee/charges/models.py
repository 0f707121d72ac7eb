"""Charge lines as they were sent, and the final bill that ends a stay.

A line is never changed or taken back: a mistake is mended by a negative line (a refund). Amounts
in fen; a refund's amount and what it gives back to the guarantee are negative.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from guarantee.db import Base, FenColumn, Moment, PrimaryKey, one_of, unique_where
from guarantee.ledger.models import Part
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff


class Quantity(TypeDecorator[Decimal]):
    """A number with three decimals, kept as whole thousandths: exact on both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        return None if value is None else int(value * 1000)

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value) / 1000


class Charge(Base):
    """One line of what treatment cost. The hospital sends the in-hospital ones, the centre the
    pre-hospital ones; the sender's line id counts once."""

    __tablename__ = "charges"
    __table_args__ = (
        one_of("part", Part),
        CheckConstraint(
            "(part = 'in_hospital' AND hospital_id IS NOT NULL AND center_id IS NULL)"
            " OR (part = 'pre_hospital' AND center_id IS NOT NULL AND hospital_id IS NULL)",
            name="sent_by_whom_it_concerns",
        ),
        CheckConstraint("line_id <> ''", name="line_id_given"),
        CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        CheckConstraint(
            "(amount_fen > 0 AND guaranteed_fen BETWEEN 0 AND amount_fen)"
            " OR (amount_fen < 0 AND guaranteed_fen BETWEEN amount_fen AND 0)",
            name="guaranteed_within_amount",
        ),
        CheckConstraint("in_scope OR guaranteed_fen = 0", name="self_pay_not_guaranteed"),
        unique_where(
            "uq_charges_hospital_line", "hospital_id", "line_id", where="hospital_id IS NOT NULL"
        ),
        unique_where(
            "uq_charges_center_line", "center_id", "line_id", where="center_id IS NOT NULL"
        ),
        Index("ix_charges_letter_part", "letter_id", "part"),
        Index("ix_charges_center_posted", "center_id", "posted_at"),
    )

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    """The case's initial letter, whichever of its numbers was named."""
    hospital_id: Mapped[int | None] = mapped_column(ForeignKey("hospitals.id"))
    center_id: Mapped[int | None] = mapped_column(ForeignKey("centers.id"))
    line_id: Mapped[str] = mapped_column(String(64))
    part: Mapped[Part] = mapped_column(String(12))
    charged_on: Mapped[date]
    category: Mapped[str] = mapped_column(String(40), default="")
    code: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price_fen: Mapped[FenColumn]
    amount_fen: Mapped[FenColumn]
    """Negative: a refund."""
    in_scope: Mapped[bool]
    """Within the local social-insurance catalogue; otherwise the patient's own."""
    receipt_number: Mapped[str] = mapped_column(String(40), default="")
    """A pre-hospital line's receipt."""
    guaranteed_fen: Mapped[FenColumn]
    """What of the amount the guarantee took; the rest is the patient's. Negative: given back."""
    posted_at: Mapped[Moment]
    posted_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    letter: Mapped[Letter] = relationship()
    hospital: Mapped[Hospital | None] = relationship()
    center: Mapped[Center | None] = relationship()
    posted_by: Mapped[Staff] = relationship()

    @property
    def patient_fen(self) -> int:
        """The patient's share of this line: self-pay, or above the limit."""
        return self.amount_fen - self.guaranteed_fen


class FinalBill(Base):
    """The hospital's bill at discharge, as it was closed with: in-hospital figures, once a case."""

    __tablename__ = "final_bills"
    __table_args__ = (
        CheckConstraint("total_fen = guaranteed_fen + patient_fen", name="adds_up"),
        CheckConstraint("guaranteed_fen >= 0", name="guaranteed_not_negative"),
        CheckConstraint("self_pay_fen BETWEEN 0 AND patient_fen", name="self_pay_within_share"),
        CheckConstraint("released_fen >= 0", name="released_not_negative"),
        CheckConstraint("stated_fen IS NULL OR stated_fen = total_fen", name="as_stated"),
    )

    id: Mapped[PrimaryKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), unique=True)
    """The case's initial letter."""
    hospital_id: Mapped[int] = mapped_column(ForeignKey("hospitals.id"), index=True)
    billed_on: Mapped[date]
    total_fen: Mapped[FenColumn]
    """All posted in-hospital lines, refunds taken off."""
    stated_fen: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The total that the hospital named, where it named one; never another than `total_fen`."""
    guaranteed_fen: Mapped[FenColumn]
    """What the alliance owes the hospital for this stay."""
    patient_fen: Mapped[FenColumn]
    """The patient's own share: self-pay items, and what exceeds the guarantee."""
    self_pay_fen: Mapped[FenColumn]
    """Of the patient's share: items outside the catalogue."""
    released_fen: Mapped[FenColumn]
    """What went back to the cover, of both parts together."""
    made_at: Mapped[Moment]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    letter: Mapped[Letter] = relationship()
    hospital: Mapped[Hospital] = relationship()
    made_by: Mapped[Staff] = relationship()

    @property
    def excess_fen(self) -> int:
        """Of the patient's share: within the catalogue, but above the guarantee."""
        return self.patient_fen - self.self_pay_fen
