"""How each job stands: what `flask jobs list`, the page and the metrics tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from guarantee.db import db
from guarantee.jobs.models import JobRun
from guarantee.jobs.table import JOBS, Job


@dataclass(frozen=True)
class Standing:
    job: Job
    last: JobRun | None
    """The run of its newest slot."""
    next_due: datetime
    late_since: datetime | None
    """The first slot that nobody worked on, once the job's grace is over."""


def standings(at: datetime) -> list[Standing]:
    """Every job, in the table's order."""
    return [_standing(job, at) for job in JOBS.values()]


def last_successes() -> dict[str, datetime]:
    """When each job was last done in full; a job that never was is not there."""
    found = {name: _last_success(name) for name in JOBS}
    return {name: at for name, at in found.items() if at}


def failures(*, most: int) -> Sequence[JobRun]:
    """The latest runs in which something failed, newest first."""
    query = (
        select(JobRun)
        .where(JobRun.outcome.in_(("partly", "failed")))
        .order_by(JobRun.finished_at.desc())
        .limit(most)
    )
    return db.session.scalars(query).all()


def _last_success(job: str) -> datetime | None:
    """Read from the end of its index: a job that is done every minute has many runs."""
    return db.session.scalar(
        select(func.max(JobRun.finished_at)).where(JobRun.job == job, JobRun.outcome == "done")
    )


def _standing(job: Job, at: datetime) -> Standing:
    newest = select(JobRun).where(JobRun.job == job.name).order_by(JobRun.due_at.desc()).limit(1)
    last_worked_on = db.session.scalar(
        select(func.max(JobRun.due_at)).where(
            JobRun.job == job.name, JobRun.outcome.in_(("done", "partly"))
        )
    )
    schedule = job.schedule
    owed = schedule.after(last_worked_on) if last_worked_on else schedule.latest(at)
    return Standing(
        job=job,
        last=db.session.scalar(newest),
        next_due=schedule.after(at),
        late_since=owed if owed + job.grace < at else None,
    )
