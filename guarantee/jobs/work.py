"""What the jobs do. Each piece looks again before it acts: done twice, it does nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from guarantee.business_time import week_before
from guarantee.charges.pending import forget_pending_bills
from guarantee.db import db
from guarantee.events import forget_events
from guarantee.idempotency import forget_answers
from guarantee.jobs.errand import Errand
from guarantee.jobs.record import forget_runs
from guarantee.letters.lifecycle import due_to_lapse, lapse
from guarantee.letters.models import Letter
from guarantee.members.pending import forget_pending_imports
from guarantee.parties.centers import Center
from guarantee.parties.staff import system
from guarantee.settlement.batch import run_week
from guarantee.settlement.hospital_weeks import open_hospital_week

MOST_WEEKS = 12
"""So many Mondays that nobody was there for are made up for."""


def lapse_letters(errand: Errand) -> None:
    """Let the letters lapse that were not presented in time, one by one: a bad one stops no other,
    and no cover is locked for longer than its letter takes."""
    due = errand.look(lambda: due_to_lapse(at=errand.worker.clock()))
    for letter_id, number in due.items():
        errand.attempt(f"letter:{number}", partial(_lapse_one, letter_id))


def _lapse_one(letter_id: int, at: datetime) -> Mapping[str, int]:
    letter = db.session.get_one(Letter, letter_id)
    return {"lapsed": int(lapse(letter=letter, by=system(), at=at))}


def forget(errand: Errand) -> None:
    """Drop what was kept only for a while."""
    keep = timedelta(days=errand.worker.settings.idempotency_days)
    errand.piece(lambda at: {"answers": forget_answers(before=at, keep=keep)})
    errand.piece(lambda at: {"runs": forget_runs(before=at)})
    errand.piece(lambda at: {"events": forget_events(before=at)})
    errand.piece(lambda at: {"files": forget_pending_imports(before=at)})
    errand.piece(lambda at: {"files": forget_pending_bills(before=at)})


def open_weeks(errand: Errand) -> None:
    """Open the batches of the week before, a transaction a centre, then the hospitals'. Mondays
    that nobody was there for come first: each opens a week of its own."""
    for slot in errand.slots(most=MOST_WEEKS):
        week = week_before(slot)
        for code in errand.look(_center_codes):
            errand.attempt(f"center:{code}", partial(_open_center, errand, week, code))
        errand.attempt(f"hospital_batch:{week}", partial(_open_hospitals, errand, week))


def _center_codes() -> list[str]:
    return list(db.session.scalars(select(Center.code).order_by(Center.code)))


def _open_center(errand: Errand, week: str, code: str, at: datetime) -> Mapping[str, int]:
    centers = db.session.scalars(select(Center).where(Center.code == code)).all()
    days = errand.worker.settings.remittance_days
    batches = run_week(week=week, by=system(), at=at, centers=centers, remittance_days=days)
    return {"batches": sum(batch.opened_at == at for batch in batches)}


def _open_hospitals(errand: Errand, week: str, at: datetime) -> Mapping[str, int]:
    days = errand.worker.settings.remittance_days
    batches = open_hospital_week(week=week, by=system(), at=at, remittance_days=days)
    return {"hospital_batches": sum(batch.opened_at == at for batch in batches)}
