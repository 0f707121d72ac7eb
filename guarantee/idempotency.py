"""Asked twice, done once: answers kept under the caller's key.

An answer is kept in the transaction that did the work, so either both are there or neither. The
same request under the same key is answered the same again; another request is refused; while the
first is still at work, the second is told so. After `keep` the key is free again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    event,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, db, insert_row
from guarantee.refusals import Conflict, Invalid, Words

HEADER = "Idempotency-Key"
OF_THIS_WORK = "idempotency_key"
"""Where `db.session.info` names the key that is at work; the ledger's entries name it too."""


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    words = Words(
        "此 Idempotency-Key 已用于另一个请求，请换一个新的。",
        "This Idempotency-Key was used for another request. Use a new one.",
    )
    field = HEADER


class InProgress(Conflict):
    code = "idempotency_in_progress"
    words = Words(
        "带有此 Idempotency-Key 的请求正在处理，请稍后用同一个键再问结果。",
        "The request with this Idempotency-Key is being worked on. Ask again with the same key.",
    )
    field = HEADER


class KeptAnswer(Base):
    """What was answered to a request, and what the request was."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (
        UniqueConstraint("staff_id", "key", name="uq_idempotent_answers_key"),
        CheckConstraint("key <> ''", name="has_key"),
    )

    id: Mapped[PrimaryKey]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str] = mapped_column(String(120))
    """The caller's own: another account may use the same one for something else."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSON)
    """Those that are part of the answer; the rest is the house's and is written anew."""
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


_NUMBER = bindparam("number", type_=BigInteger)
_WAIT_FOR_LOCK = select(func.pg_advisory_xact_lock(_NUMBER))
_TRY_LOCK = select(func.pg_try_advisory_xact_lock(_NUMBER))


def claim(*, staff_id: int, key: str, wait: bool = False) -> None:
    """Be the only one at work under this key until the transaction ends, however it ends.

    On PostgreSQL by a lock of the transaction, which a killed process leaves nothing of; on SQLite
    whoever gets here is alone already (`BEGIN IMMEDIATE`): the second has waited for the first.
    Refuses `idempotency_in_progress` while another has it; with `wait`, waits for it instead.
    """
    connection = db.session.connection()  # from here on there is a transaction that can end
    if connection.dialect.name == "postgresql":
        number = lock_number(staff_id=staff_id, key=key)
        if wait:
            db.session.execute(_WAIT_FOR_LOCK, {"number": number})
        elif not db.session.scalar(_TRY_LOCK, {"number": number}):
            raise InProgress()
    db.session.info[OF_THIS_WORK] = key


def lock_number(*, staff_id: int, key: str) -> int:
    """The 64 bits that PostgreSQL locks for a key.

    Two keys may share a number: once in 10^12 with ten thousand at work at the same moment. One
    of them is then told to ask again, or waits; nothing is lost and nothing is done twice.
    """
    mark = hashlib.sha256(f"{HEADER} {staff_id} {key}".encode()).digest()
    return int.from_bytes(mark[:8], "big", signed=True)


@event.listens_for(Session, "after_transaction_end")
def _forget_key(session: Session, transaction: Any) -> None:
    """A key is one transaction's; the next, of another request or a second try, names its own."""
    if transaction.parent is None:
        session.info.pop(OF_THIS_WORK, None)


_KEPT = select(KeptAnswer).where(
    KeptAnswer.staff_id == bindparam("staff_id"), KeptAnswer.key == bindparam("key")
)


def kept_answer(
    *, staff_id: int, key: str, fingerprint: str, at: datetime, keep: timedelta
) -> KeptAnswer | None:
    """The answer given under this key within `keep`; an older one is dropped here and now.

    Ask after `claim`. Refuses `idempotency_key_reused`.
    """
    found = db.session.scalar(_KEPT, {"staff_id": staff_id, "key": key})
    if found is None:
        return None
    if found.made_at < at - keep:
        db.session.execute(delete(KeptAnswer).where(KeptAnswer.id == found.id))
        return None
    if found.fingerprint != fingerprint:
        raise KeyReused()
    return found


def keep_answer(
    *,
    staff_id: int,
    key: str,
    fingerprint: str,
    status: int,
    headers: dict[str, str],
    body: str,
    at: datetime,
) -> None:
    """Keep an answer, in the transaction of its effect."""
    insert_row(
        KeptAnswer(
            staff_id=staff_id,
            key=key,
            fingerprint=fingerprint,
            status=status,
            headers=headers,
            body=body,
            made_at=at,
        )
    )


def forget_answers(*, before: datetime, keep: timedelta) -> int:
    """Drop answers older than `keep`; how many went."""
    result = db.session.execute(delete(KeptAnswer).where(KeptAnswer.made_at < before - keep))
    return int(result.rowcount)  # type: ignore[attr-defined]
