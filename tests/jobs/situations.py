"""What the tests of jobs start from: a clock moved by hand, a worker, letters past their time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.db import db
from guarantee.jobs.errand import Worker
from guarantee.jobs.models import JobRun
from guarantee.jobs.table import JOBS
from guarantee.ledger.models import Entry
from guarantee.letters.models import Letter
from tests.factories import (
    SETTINGS,
    make_center,
    make_enrolment,
    make_hospital,
    make_letter,
    make_product,
)

LAPSE = [JOBS["letters-lapse"]]
MONDAYS = [JOBS["settlement-open"]]
TIDY = [JOBS["tidy"]]
OVERDUE = timedelta(hours=73)
"""After a letter was issued: an hour past its time."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


def worker(clock: Clock, name: str = "here:1", **more: Callable[[], bool]) -> Worker:
    return Worker(name, clock, SETTINGS, **more)


def at_the(nth: int, do: Callable[[], object]) -> Callable[[], bool]:
    """Something that is asked before a run and before each piece, and does `do` when it is asked
    the nth time. Whether to stop: what `do` answered, from then on."""
    asked = itertools.count(1)
    said: list[object] = []

    def stopping() -> bool:
        if next(asked) == nth:
            said.append(do())
        return any(said)

    return stopping


def overdue_letters(count: int, *, at: datetime) -> list[Letter]:
    """Letters of as many cases and covers, issued at `at`, committed."""
    shared = {"center": make_center(), "hospital": make_hospital()}
    product = make_product(clauses=[])
    made = [
        make_letter(at=at, enrolment=make_enrolment(product=product), **shared)
        for _ in range(count)
    ]
    db.session.commit()
    return made


def runs() -> list[JobRun]:
    """Every run there is, as the database has it now."""
    db.session.rollback()
    query = select(JobRun).order_by(JobRun.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def states(letters: list[int]) -> list[str]:
    """The letters' states now."""
    db.session.rollback()
    found = dict(db.session.execute(select(Letter.id, Letter.state)).all())
    return [found[one] for one in letters]


def times_lapsed() -> dict[str, tuple[int, int]]:
    """For each letter: how many entries gave something back, how often the audit says it lapsed."""
    db.session.rollback()
    back = dict(
        db.session.execute(
            select(Entry.cause, func.count(Entry.id))
            .where(Entry.kind == "lapsed")
            .group_by(Entry.cause)
        ).all()
    )
    told = dict(
        db.session.execute(
            select(AuditRecord.subject, func.count(AuditRecord.id))
            .where(AuditRecord.action == "letter lapsed")
            .group_by(AuditRecord.subject)
        ).all()
    )
    return {subject: (back.get(subject, 0), n) for subject, n in told.items()}
