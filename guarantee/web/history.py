"""What happened to a letter, in words: the audit trail and the ledger, in one row of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantee.audit import AuditRecord
from guarantee.db import db
from guarantee.ledger.models import Entry
from guarantee.letters.models import Letter
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Words
from guarantee.web.audit_words import ACTIONS

MOVEMENTS: dict[str, Words] = {
    "hold placed": Words("冻结保额", "Held against the cover"),
    "hold extended": Words("再次冻结", "Held again"),
    "captured": Words("扣用", "Captured"),
    "capture refunded": Words("冲回扣用", "Capture refunded"),
    "released": Words("释放回保额", "Released to the cover"),
}


@dataclass(frozen=True)
class Happened:
    """One line of a letter's history. `amount_fen` where money moved, `note` where a reason was
    given."""

    at: datetime
    what: Words
    who: str
    note: str = ""
    amount_fen: int | None = None


def history_of(letter: Letter) -> list[Happened]:
    """Everything recorded about this letter, oldest first."""
    records = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject == f"letter:{letter.number}")
        .order_by(AuditRecord.id)
    ).all()
    entries = db.session.scalars(
        select(Entry)
        .where(Entry.cause == f"letter:{letter.number}")
        .options(selectinload(Entry.postings))
        .order_by(Entry.id)
    ).all()
    people = {record.staff_id for record in records} | {entry.by_id for entry in entries}
    named = select(Staff.id, Staff.display_name).where(Staff.id.in_(people - {None}))
    names: dict[int | None, str] = {row[0]: row[1] for row in db.session.execute(named)}
    lines = [
        Happened(
            record.at,
            ACTIONS.get(record.action, Words(record.action, record.action)),
            names.get(record.staff_id, ""),
            _note(record.facts),
        )
        for record in records
    ]
    lines += [
        Happened(
            entry.at,
            MOVEMENTS.get(entry.kind, Words(entry.kind, entry.kind)),
            names.get(entry.by_id, ""),
            amount_fen=sum(p.amount_fen for p in entry.postings if p.hold_id) // _legs(entry),
        )
        for entry in entries
    ]
    return sorted(lines, key=lambda line: line.at)


def _legs(entry: Entry) -> int:
    """A capture books the same amount twice, on the cover and as a claim on the insurer."""
    return 2 if entry.kind in ("captured", "capture refunded") else 1


def _note(facts: Mapping[str, Any]) -> str:
    parts = [str(facts["reason"])] if facts.get("reason") else []
    if "copy_no" in facts:
        parts.append(f"#{facts['copy_no']}")
    if "times" in facts:
        parts.append(f"×{facts['times']}")
    if facts.get("asked_fen"):
        parts.append(yuan(int(facts["asked_fen"])))
    return " ".join(parts)
