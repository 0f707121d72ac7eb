"""Asked twice, done once: answers kept under the caller's Idempotency-Key.

The answer is stored in the transaction that did the work, so either both exist or neither. The
same key with the same body answers the same again; with another body it is refused.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, db
from guarantee.refusals import Invalid, Words


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    words = Words(
        "此 Idempotency-Key 已用于另一个请求，请换一个新的。",
        "This Idempotency-Key was used for another request. Use a new one.",
    )
    field = "Idempotency-Key"


class KeptAnswer(Base):
    __tablename__ = "idempotent_answers"
    __table_args__ = (UniqueConstraint("staff_id", "key", name="uq_idempotent_answers_key"),)

    id: Mapped[PrimaryKey]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def kept_answer(*, staff_id: int, key: str, fingerprint: str) -> KeptAnswer | None:
    """The answer given before under this key. Refuses `idempotency_key_reused`."""
    query = select(KeptAnswer).where(KeptAnswer.staff_id == staff_id, KeptAnswer.key == key)
    found = db.session.scalar(query)
    if found is not None and found.fingerprint != fingerprint:
        raise KeyReused()
    return found


def keep_answer(
    *, staff_id: int, key: str, fingerprint: str, status: int, body: str, at: datetime
) -> None:
    """Keep an answer, in the transaction of its effect."""
    db.session.add(
        KeptAnswer(
            staff_id=staff_id,
            key=key,
            fingerprint=fingerprint,
            status=status,
            body=body,
            made_at=at,
        )
    )


def forget_answers(*, before: datetime, keep: timedelta) -> int:
    """Drop answers older than `keep`; how many went."""
    result = db.session.execute(delete(KeptAnswer).where(KeptAnswer.made_at < before - keep))
    return int(result.rowcount)  # type: ignore[attr-defined]
