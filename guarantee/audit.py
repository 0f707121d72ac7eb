"""The audit trail: who did what to which thing, when; a chain nobody can quietly mend.

Each record carries the hash of the one before it. Records are collected during a transaction and
chained as its last act before commit, so the one row that serialises writers (the chain's head)
is held only for a moment. The database refuses UPDATE and DELETE.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, append_only, db

_GENESIS = "0" * 64
_noted_before: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


class Actor(Protocol):
    """Whoever acts: a member of staff, or the system's own account."""

    @property
    def id(self) -> int: ...


class AuditRecord(Base):
    __tablename__ = "audit_records"
    # one record follows each: the chain does not fork
    __table_args__ = (Index("uq_audit_records_previous_hash", "previous_hash", unique=True),)

    id: Mapped[PrimaryKey]
    at: Mapped[Moment]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(60), index=True)
    """A verb phrase: 'letter issued', 'member viewed'. Its sentences: web/audit_words.py."""
    subject: Mapped[str] = mapped_column(String(80), index=True)
    """'letter:3101…', 'case:12'. Never a person's number or name."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """One row: the last hash of the chain, locked while a transaction appends to it."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    records: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


append_only(AuditRecord.__table__)  # type: ignore[arg-type]

_HEAD = cast(Table, AuditHead.__table__)
_LOCKED_HEAD = select(_HEAD.c.hash).with_for_update()
_ADD = insert(cast(Table, AuditRecord.__table__))
_MOVE_HEAD = update(_HEAD).values(
    records=_HEAD.c.records + bindparam("more"), hash=bindparam("last")
)


def record(*, by: Actor | None, at: datetime, action: str, subject: str, **facts: object) -> None:
    """Note that `by` did `action` to `subject`; written with the transaction, or not at all.

    `facts` are plain JSON values, free of personal data: ids, states, amounts in fen, reasons.
    """
    if not db.session.in_transaction():
        db.session.begin()  # so that a rollback forgets this too
    db.session.info.setdefault("audit", []).append(
        (by.id if by else None, at, action, subject, facts)
    )


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    pending = session.info.get("audit")
    if not pending or session.in_nested_transaction():
        return
    session.info["audit"] = []
    session.flush()  # everything the records speak of takes its locks before the head is locked
    head = session.execute(_LOCKED_HEAD).one_or_none()
    if head is None:
        session.execute(insert(_HEAD), {"id": 1, "records": 0, "hash": _GENESIS})
    previous = head.hash if head else _GENESIS
    links = []
    for staff_id, at, action, subject, facts in pending:
        facts = json.loads(json.dumps(facts, default=str))
        own = _hash(at, staff_id, action, subject, facts, previous)
        links.append(
            {
                "at": at,
                "staff_id": staff_id,
                "action": action,
                "subject": subject,
                "facts": facts,
                "previous_hash": previous,
                "hash": own,
            }
        )
        previous = own
    session.execute(_ADD, links)  # in this order, so that ids follow the chain
    session.execute(_MOVE_HEAD, {"more": len(links), "last": previous})


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, begun: SessionTransaction) -> None:
    """Remember how much was noted when a savepoint began: if it is taken back, so is the rest."""
    if begun.nested:
        _noted_before[begun] = len(session.info.get("audit", []))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, rolled_back: SessionTransaction) -> None:
    del session.info.setdefault("audit", [])[_noted_before.get(rolled_back, 0) :]


def _hash(
    at: datetime,
    staff_id: int | None,
    action: str,
    subject: str,
    facts: dict[str, Any],
    previous_hash: str,
) -> str:
    body = json.dumps(
        [
            at.astimezone(UTC).isoformat(timespec="microseconds"),
            staff_id,
            action,
            subject,
            facts,
            previous_hash,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class ChainVerdict:
    """What walking the chain found. `broken_at` is the id of the first record that doesn't fit."""

    records: int
    broken_at: int | None
    reason: str
    head: str


def verify_chain() -> ChainVerdict:
    """Walk the whole chain in bounded memory: links, hashes, and the head that closes it."""
    previous, count = _GENESIS, 0
    for link in _links():
        count += 1
        if link.previous_hash != previous:
            return ChainVerdict(count, link.id, "does not follow the record before it", previous)
        own = _hash(link.at, link.staff_id, link.action, link.subject, link.facts, previous)
        if own != link.hash:
            return ChainVerdict(count, link.id, "its content was changed", previous)
        previous = link.hash
    head = db.session.get(AuditHead, 1)
    if (head.hash if head else _GENESIS) != previous or (head.records if head else 0) != count:
        return ChainVerdict(count, None, "the chain's end is missing", previous)
    return ChainVerdict(count, None, "", previous)


def _links(page: int = 1000) -> Iterator[Row[Any]]:
    columns, after = AuditRecord.__table__.columns, 0
    while True:
        query = select(*columns).where(columns.id > after).order_by(columns.id).limit(page)
        links = db.session.execute(query).all()
        yield from links
        if len(links) < page:
            return
        after = links[-1].id
