"""What happened to a letter, in words, from the audit trail. Its money stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from guarantee.audit import AuditRecord
from guarantee.db import db
from guarantee.letters.models import Letter
from guarantee.money import yuan
from guarantee.parties.staff import Staff
from guarantee.refusals import Words
from guarantee.web.audit_words import ACTIONS


@dataclass(frozen=True)
class Happened:
    """One line of a letter's history; `note` where a reason was given."""

    at: datetime
    what: Words
    who: str
    note: str = ""


def history_of(letter: Letter) -> list[Happened]:
    """Everything recorded about this letter, oldest first."""
    records = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject == f"letter:{letter.number}")
        .order_by(AuditRecord.id)
    ).all()
    people = {record.staff_id for record in records}
    named = select(Staff.id, Staff.display_name).where(Staff.id.in_(people - {None}))
    names: dict[int | None, str] = {row[0]: row[1] for row in db.session.execute(named)}
    return [
        Happened(
            record.at,
            ACTIONS.get(record.action, Words(record.action, record.action)),
            names.get(record.staff_id, ""),
            _note(record.facts),
        )
        for record in records
    ]


def _note(facts: Mapping[str, Any]) -> str:
    parts = [str(facts["reason"])] if facts.get("reason") else []
    if "copy_no" in facts:
        parts.append(f"#{facts['copy_no']}")
    if "times" in facts:
        parts.append(f"×{facts['times']}")
    if facts.get("asked_fen"):
        parts.append(yuan(int(facts["asked_fen"])))
    return " ".join(parts)
