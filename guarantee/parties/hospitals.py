"""Hospitals: all that ambulances may drive to, and which of them are in the network."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, PrimaryKey, db
from guarantee.refusals import NotFound, Words


class UnknownHospital(NotFound):
    code = "unknown_hospital"
    words = Words("没有这家医院。", "There is no such hospital.")
    field = "hospital"


class Hospital(Base):
    __tablename__ = "hospitals"
    __table_args__ = (
        CheckConstraint("NOT in_network OR network_since IS NOT NULL", name="network_since_a_day"),
        Index("ix_hospitals_city_network", "city_code", "in_network"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    name_en: Mapped[str] = mapped_column(String(160), default="")
    province: Mapped[str] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(40))
    city_code: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    designated: Mapped[bool] = mapped_column(default=False)
    in_network: Mapped[bool] = mapped_column(default=False)
    network_since: Mapped[date | None]
    accepting: Mapped[bool] = mapped_column(default=True)
    """A network hospital that is full for now is in the network and not accepting."""
    desk_contact: Mapped[str] = mapped_column(String(120), default="")
    bank_name: Mapped[str] = mapped_column(String(80), default="")
    bank_account_name: Mapped[str] = mapped_column(String(120), default="")
    bank_account_number: Mapped[str] = mapped_column(String(40), default="")


_OF_CODE = select(Hospital).where(Hospital.code == bindparam("code"))


def hospital_by_code(code: str) -> Hospital:
    """The hospital with this code. Refuses (`UnknownHospital`)."""
    hospital = db.session.scalar(_OF_CODE, {"code": code})
    if hospital is None:
        raise UnknownHospital()
    return hospital
