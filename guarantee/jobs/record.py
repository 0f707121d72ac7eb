"""The rows of runs: who takes which, and how long they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from guarantee.db import db
from guarantee.jobs.errand import LEASE
from guarantee.jobs.models import JobRun
from guarantee.jobs.schedule import Schedule

AGAIN_AFTER = timedelta(minutes=5)
"""A run that failed is tried again so much later, unless its job's next slot comes first."""
KEPT = timedelta(days=30)


def take(
    *, job: str, schedule: Schedule, worker: str, at: datetime, again: bool = False
) -> JobRun | None:
    """The run of this job that is to be worked on now, taken for `worker`; None when nothing is
    due, or another worker is at it.

    In this order: a run whose worker died; the latest slot, however late and however many before
    it were missed; the latest slot's run once more where it failed. `again`: also where it did not.
    """
    unfinished = db.session.scalar(
        select(JobRun).where(JobRun.job == job, JobRun.outcome.is_(None))
    )
    if unfinished is not None:
        return _take_again(unfinished, worker, at, JobRun.lease_until <= at)
    due_at = schedule.latest(at)
    run = db.session.scalar(select(JobRun).where(JobRun.job == job, JobRun.due_at == due_at))
    if run is None:
        return _begin(job, due_at, worker, at)
    if again:
        return _take_again(run, worker, at, JobRun.outcome.is_not(None))
    failed = JobRun.outcome.in_(("partly", "failed"))
    return _take_again(run, worker, at, failed & (JobRun.finished_at <= at - AGAIN_AFTER))


def _begin(job: str, due_at: datetime, worker: str, at: datetime) -> JobRun | None:
    run = JobRun(
        job=job,
        due_at=due_at,
        started_at=at,
        worker=worker,
        lease_until=at + LEASE,
        did={},
        trouble=[],
    )
    try:
        with db.session.begin_nested():
            db.session.add(run)
    except IntegrityError:
        return None  # another worker began it at the same moment
    return run


def _take_again(
    run: JobRun, worker: str, at: datetime, still: ColumnElement[bool]
) -> JobRun | None:
    """Take a run that is there, if it is as it was seen and `still` holds."""
    taking = (
        update(JobRun)
        .where(JobRun.id == run.id, JobRun.tries == run.tries, still)
        .values(
            worker=worker,
            started_at=at,
            tries=JobRun.tries + 1,
            lease_until=at + LEASE,
            outcome=None,
            finished_at=None,
            trouble=[],
        )
        .execution_options(synchronize_session=False)
    )
    try:
        with db.session.begin_nested():
            taken: CursorResult[Any] = db.session.execute(taking)  # type: ignore[assignment]
    except IntegrityError:
        return None  # another run of this job began at the same moment
    if not taken.rowcount:
        return None
    db.session.refresh(run)
    return run


def done_before(run: JobRun) -> datetime | None:
    """The last slot of the run's job before its own that was done, in full."""
    query = select(func.max(JobRun.due_at)).where(
        JobRun.job == run.job, JobRun.outcome == "done", JobRun.due_at < run.due_at
    )
    return db.session.scalar(query)


def forget_runs(*, before: datetime) -> int:
    """Drop runs older than 30 days, but of no job the last that was done; how many went."""
    last_done = select(func.max(JobRun.id)).where(JobRun.outcome == "done").group_by(JobRun.job)
    gone: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        delete(JobRun).where(
            JobRun.due_at < before - KEPT,
            JobRun.outcome.is_not(None),
            JobRun.id.not_in(last_done),
        )
    )
    return int(gone.rowcount)
