"""One run of a job, as the worker that holds it sees it.

A job does its work in pieces. Each piece is a transaction of its own, which also counts it in the
run's row and prolongs the lease: so what the row says was done is what was done, whenever the
worker dies, and a worker that was taken for dead can do nothing more.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import select

from guarantee.config import Settings
from guarantee.db import db
from guarantee.edge.database_faults import Busy, Unavailable
from guarantee.edge.transaction import committed
from guarantee.jobs.models import JobRun
from guarantee.jobs.schedule import Schedule
from guarantee.refusals import Refusal

LEASE = timedelta(minutes=5)
"""How long a piece may take before its worker is taken for dead."""
MOST_TROUBLE = 20
"""So many failed pieces are named in a run; the rest is counted."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Interrupted(Exception):
    """This worker does no more of the run."""


class AskedToStop(Interrupted):
    """The worker is to end; whoever comes next goes on with the run."""


class TakenOver(Interrupted):
    """The lease was over and another worker has the run now."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Worker:
    """A process that does jobs."""

    name: str
    """Machine and process, for people to read."""
    clock: Callable[[], datetime]
    settings: Settings
    stopping: Callable[[], bool] = _never
    """Whether it was asked to end; it looks before each piece."""


@dataclass
class Errand:
    """What a job's work is given: what it stands for, and how to do a piece."""

    worker: Worker
    job: str
    run_id: int
    tries: int
    """Which of the run's tries this is."""
    due_at: datetime
    since: datetime | None
    """The last slot that was done before this one."""
    schedule: Schedule
    failures: int = 0
    trouble: list[dict[str, str]] = field(default_factory=list)

    def slots(self, *, most: int) -> list[datetime]:
        """The slots this run stands for, oldest first: its own, and before it those that nobody
        did, `most` of all. A job that was never done stands for one."""
        found = [self.due_at]
        while self.since is not None and len(found) < most:
            earlier = self.schedule.before(found[0])
            if earlier <= self.since:
                break
            found.insert(0, earlier)
        return found

    def look(self, query: Callable[[], T]) -> T:
        """Read something between two pieces, in a transaction that ends with it."""
        return committed(query)

    def piece(self, work: Callable[[datetime], Mapping[str, int]]) -> None:
        """Do one piece and count what it did. `work` takes the time, and answers counts.

        Raises `AskedToStop` before it begins, `TakenOver`, and whatever `work` raises; then
        nothing of the piece remains.
        """
        if self.worker.stopping():
            raise AskedToStop()

        def step() -> None:
            db.session.expire_all()  # what was read before this piece may be old
            at = self.worker.clock()
            run = self.held()
            did = work(at)
            run.did = {**run.did, **{k: run.did.get(k, 0) + n for k, n in did.items() if n}}
            run.lease_until = at + LEASE

        committed(step)

    def attempt(self, subject: str, work: Callable[[datetime], Mapping[str, int]]) -> None:
        """A piece whose failure is noted against `subject` and doesn't stop the rest."""
        try:
            self.piece(work)
        except Interrupted:
            raise
        except Exception as error:
            if isinstance(error, Unavailable) and not isinstance(error, Busy):
                raise  # about the database, not about this piece
            self.note(subject, error)

    def note(self, subject: str, error: Exception) -> None:
        """Keep and log that something failed: where and what kind, never the values."""
        code = code_of(error)
        self.failures += 1
        if len(self.trouble) < MOST_TROUBLE:
            self.trouble.append({"subject": subject, "code": code})
        log.error("job trouble", job=self.job, subject=subject, code=code, where=where(error))

    def held(self) -> JobRun:
        """The run's row, locked for this transaction. Raises `TakenOver`."""
        query = select(JobRun).where(JobRun.id == self.run_id).with_for_update()
        run = db.session.scalar(query.execution_options(populate_existing=True))
        if run is None or run.outcome is not None or run.tries != self.tries:
            raise TakenOver()
        return run


def code_of(error: Exception) -> str:
    """What kind of error it is; never its words, which may hold values."""
    return error.code if isinstance(error, Refusal | Unavailable) else type(error).__name__


def where(error: Exception) -> str:
    """The innermost line of ours: 'lifecycle.py:151 lapse'."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "guarantee" in Path(f.filename).parts] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}" if ours else ""
