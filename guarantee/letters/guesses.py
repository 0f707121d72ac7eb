"""Slow-down for whoever tries numbers: failed look-ups are counted, good ones leave no trace.

A letter's ten random digits can't be guessed one by one in any reasonable time, as long as nobody
may try as fast as the network allows. Kept for a day, by a keyed fingerprint of the address.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee import personal_data
from guarantee.db import Base, Moment, PrimaryKey, db

MOST_FAILED = 30
WITHIN = timedelta(minutes=10)
_KEPT = timedelta(days=1)


class CheckAttempt(Base):
    """One look-up of a number that does not exist."""

    __tablename__ = "check_attempts"
    __table_args__ = (Index("ix_check_attempts_address_at", "address", "at"),)

    id: Mapped[PrimaryKey]
    address: Mapped[str] = mapped_column(String(40))
    """Keyed fingerprint of who asked: a network address, or 'staff:7'."""
    at: Mapped[Moment]


def note_guess(address: str, known: bool, at: datetime) -> None:
    """Count a look-up that found nothing; one that found something is not kept at all."""
    if known:
        return
    db.session.execute(delete(CheckAttempt).where(CheckAttempt.at < at - _KEPT))
    db.session.add(CheckAttempt(address=_of(address), at=at))
    db.session.flush()


def too_many(address: str, at: datetime) -> bool:
    """Whether this address has failed so often lately that it must wait (the edges answer 429)."""
    query = select(func.count(CheckAttempt.id)).where(
        CheckAttempt.address == _of(address), CheckAttempt.at > at - WITHIN
    )
    return (db.session.scalar(query) or 0) >= MOST_FAILED


def _of(address: str) -> str:
    return personal_data.fingerprint("address", address)
