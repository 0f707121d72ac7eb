"""Which letters wait for their PDF, and which could not be printed: the record tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from guarantee import audit
from guarantee.audit import Actor, AuditRecord
from guarantee.db import db
from guarantee.letters.models import Letter, LetterPaper

FAILED = "letter not printed"
LONGEST_PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 200
_LOOKED_AT = 5 * MOST_AT_ONCE  # so that those that fail don't stand before the others


@dataclass(frozen=True)
class PrintFailure:
    """How often the PDF failed, when last, and why then (`renderer.NotPrinted.reason`)."""

    times: int
    last_at: datetime
    reason: str = ""

    @property
    def again_at(self) -> datetime:
        """Before that moment nobody tries by themselves: a minute, two, four, up to an hour."""
        minutes = min(2 ** (self.times - 1), LONGEST_PAUSE // timedelta(minutes=1))
        return self.last_at + timedelta(minutes=minutes)


def due_to_print(*, at: datetime) -> dict[int, str]:
    """Letters of the last days without a PDF, id and number, the oldest first, at most 200; after
    that they are printed when somebody asks. Those that
    failed wait for their turn (`PrintFailure.again_at`)."""
    rows = db.session.execute(
        select(Letter.id, Letter.number)
        .where(
            Letter.state.in_(("issued", "presented")),
            Letter.lapses_at > at,
            ~exists().where(LetterPaper.letter_id == Letter.id),
        )
        .order_by(Letter.lapses_at, Letter.id)
        .limit(_LOOKED_AT)
    ).all()
    failed = _failures([number for _, number in rows])
    due = {
        letter_id: number
        for letter_id, number in rows
        if number not in failed or failed[number].again_at <= at
    }
    return dict(list(due.items())[:MOST_AT_ONCE])


def failure_of(letter: Letter) -> PrintFailure | None:
    """Why the letter has no PDF, where making it was tried; None once there is one."""
    if db.session.get(LetterPaper, letter.id) is not None:
        return None
    found = _failures([letter.number]).get(letter.number)
    if found is None:
        return None
    last = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject == f"letter:{letter.number}", AuditRecord.action == FAILED)
        .order_by(AuditRecord.id.desc())
        .limit(1)
    ).one()
    return PrintFailure(found.times, found.last_at, str(last.facts.get("reason", "")))


def note_failure(*, number: str, reason: str, by: Actor, at: datetime) -> None:
    """Put into the record that the PDF of this letter could not be made."""
    audit.record(by=by, at=at, action=FAILED, subject=f"letter:{number}", reason=reason)


def _failures(numbers: Collection[str]) -> dict[str, PrintFailure]:
    found = db.session.execute(
        select(AuditRecord.subject, func.count(AuditRecord.id), func.max(AuditRecord.at))
        .where(
            AuditRecord.action == FAILED,
            AuditRecord.subject.in_([f"letter:{number}" for number in numbers]),
        )
        .group_by(AuditRecord.subject)
    )
    return {
        subject.removeprefix("letter:"): PrintFailure(times, last_at)
        for subject, times, last_at in found
    }
