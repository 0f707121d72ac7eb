"""Guessing made slow: failed attempts are counted as rows, so that every worker sees them.

For sign-ins (by account and address) and for whoever tries numbers (by account, hospital, address).
What is counted is a keyed fingerprint, not the name or address itself. Failures are written in a
transaction of their own, because the refused one leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, db
from guarantee.personal_data import fingerprint
from guarantee.refusals import Forbidden, Words

WITHIN = timedelta(minutes=15)

SIGN_IN_LIMITS = {"account": 20, "account at address": 5, "address": 60}
"""Failures within fifteen minutes. An account's own limit is high, so that nobody can lock
another out from elsewhere with five wrong passwords (ASVS 5.0, 6.3.1)."""


class TooManyAttempts(Forbidden):
    code = "too_many_attempts"
    words = Words(
        "失败次数过多，请 15 分钟后再试。紧急情况请致电联盟热线。",
        "Too many failures. Try again in 15 minutes; in an emergency call the hotline.",
    )


class FailedAttempt(Base):
    __tablename__ = "failed_attempts"
    __table_args__ = (Index("ix_failed_attempts_mark_at", "mark", "at"),)

    id: Mapped[PrimaryKey]
    at: Mapped[Moment]
    mark: Mapped[str] = mapped_column(String(40))


def check_attempts(marks: Mapping[str, str], *, limits: Mapping[str, int], at: datetime) -> None:
    """Refuse (`too_many_attempts`) when one of `marks` (what it is → whose) reached its limit."""
    for what, whose in marks.items():
        count = select(func.count(FailedAttempt.id)).where(
            FailedAttempt.mark == _mark(what, whose), FailedAttempt.at > at - WITHIN
        )
        if (db.session.scalar(count) or 0) >= limits[what]:
            raise TooManyAttempts()


def note_failure(marks: Mapping[str, str], *, at: datetime) -> None:
    """Count one failure for each of `marks`; what no limit looks at any more is forgotten."""
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.at < at - 2 * WITHIN))
    for what, whose in marks.items():
        db.session.add(FailedAttempt(at=at, mark=_mark(what, whose)))


def sign_in_marks(username: str, address: str) -> dict[str, str]:
    """What a sign-in is counted by."""
    return {
        "account": username,
        "account at address": f"{username}@{address}",
        "address": address,
    }


def _mark(what: str, whose: str) -> str:
    return fingerprint(f"attempt {what}", whose)
