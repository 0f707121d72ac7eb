"""The two figures every centre knows by heart: pre-hospital 1000.00 and in-hospital 5000.00 yuan.

Headquarters can change them from a day on; a letter keeps the figures it was issued with.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee import audit
from guarantee.audit import Actor
from guarantee.db import Base, FenColumn, PrimaryKey, db

DEFAULT_PRE_HOSPITAL_FEN = 100_000
DEFAULT_IN_HOSPITAL_FEN = 500_000


class FirstGuarantee(Base):
    __tablename__ = "first_guarantees"
    __table_args__ = (
        CheckConstraint("pre_hospital_fen >= 0 AND in_hospital_fen >= 0", name="not_negative"),
    )

    id: Mapped[PrimaryKey]
    valid_from: Mapped[date] = mapped_column(unique=True)
    pre_hospital_fen: Mapped[FenColumn]
    in_hospital_fen: Mapped[FenColumn]


class Figures(NamedTuple):
    """What a first letter guarantees, in fen, and since when."""

    valid_from: date
    pre_hospital_fen: int
    in_hospital_fen: int

    @property
    def total_fen(self) -> int:
        return self.pre_hospital_fen + self.in_hospital_fen


_IN_FORCE = (
    select(
        FirstGuarantee.valid_from, FirstGuarantee.pre_hospital_fen, FirstGuarantee.in_hospital_fen
    )
    .where(FirstGuarantee.valid_from <= bindparam("day"))
    .order_by(FirstGuarantee.valid_from.desc())
    .limit(1)
)


def first_guarantee_on(day: date) -> Figures:
    """The figures in force on `day`; the defaults when headquarters has set none."""
    row = db.session.execute(_IN_FORCE, {"day": day}).one_or_none()
    return Figures(*row) if row else Figures(day, DEFAULT_PRE_HOSPITAL_FEN, DEFAULT_IN_HOSPITAL_FEN)


def set_first_guarantee(
    *, valid_from: date, pre_hospital_fen: int, in_hospital_fen: int, by: Actor, at: datetime
) -> FirstGuarantee:
    """New figures from `valid_from` on; the same day again replaces what was set for it."""
    query = select(FirstGuarantee).where(FirstGuarantee.valid_from == valid_from)
    row = db.session.scalar(query) or FirstGuarantee(valid_from=valid_from)
    row.pre_hospital_fen, row.in_hospital_fen = pre_hospital_fen, in_hospital_fen
    db.session.add(row)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="first guarantee set",
        subject=f"first_guarantee:{valid_from}",
        pre_hospital_fen=pre_hospital_fen,
        in_hospital_fen=in_hospital_fen,
    )
    return row
