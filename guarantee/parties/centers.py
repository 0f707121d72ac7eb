"""Emergency centres: where the 120 calls arrive and the letters come from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, PrimaryKey, db
from guarantee.refusals import NotFound, Words


class UnknownCenter(NotFound):
    code = "unknown_center"
    words = Words("没有这个急救中心。", "There is no such emergency centre.")
    field = "center"


class Center(Base):
    __tablename__ = "centers"
    __table_args__ = (
        CheckConstraint("length(code) = 4 AND substr(code, 1, 1) <> '0'", name="code_four_digits"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(4), unique=True)
    """Four digits, the first of every letter number from here."""
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(40))
    city_code: Mapped[str] = mapped_column(String(6))
    """Administrative division (GB/T 2260) of the city: ties hospitals and catalogues to it."""
    area_code: Mapped[str] = mapped_column(String(4))
    """Telephone area code, to make local callers' numbers complete."""
    phone: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(200), default="")
    bank_name: Mapped[str] = mapped_column(String(80), default="")
    bank_account_name: Mapped[str] = mapped_column(String(80), default="")
    bank_account_number: Mapped[str] = mapped_column(String(40), default="")


def center_by_code(code: str) -> Center:
    """The centre with this four-digit code. Refuses (`UnknownCenter`)."""
    center = db.session.query(Center).filter_by(code=code).first()
    if center is None:
        raise UnknownCenter()
    return center
