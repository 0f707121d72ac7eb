"""Doing what is due: take a run, do its work, write down what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from guarantee.edge.transaction import committed
from guarantee.jobs.errand import AskedToStop, Errand, TakenOver, Worker
from guarantee.jobs.record import done_before, take
from guarantee.jobs.table import JOBS, Job

STOPPED = "stopped"
"""This worker was asked to end; the run waits to be taken over."""
TAKEN_OVER = "taken_over"
"""This worker was slow and taken for dead; another has the run."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ended:
    """A try that ended. `outcome`: one of `models.OUTCOMES`, `STOPPED` or `TAKEN_OVER`."""

    job: str
    due_at: datetime
    tries: int
    outcome: str
    did: dict[str, int]
    trouble: list[dict[str, str]]

    @property
    def well(self) -> bool:
        return self.outcome in ("done", STOPPED)


def run_due(
    worker: Worker, *, jobs: Iterable[Job] = tuple(JOBS.values()), again: bool = False
) -> list[Ended]:
    """Do what is due of these jobs now, each piece in its own transaction; answers what ended.

    May run twice, late, or on several machines at once. `again`: the latest slot once more even
    where it is done.
    """
    ended = []
    for job in jobs:
        wanted = again
        while not worker.stopping() and (errand := _begin(job, worker, again=wanted)):
            ended.append(_work(job, errand))
            wanted = False
    return ended


def _begin(job: Job, worker: Worker, *, again: bool) -> Errand | None:
    def begin() -> Errand | None:
        at = worker.clock()
        run = take(job=job.name, schedule=job.schedule, worker=worker.name, at=at, again=again)
        if run is None:
            return None
        return Errand(
            worker=worker,
            job=job.name,
            run_id=run.id,
            tries=run.tries,
            due_at=run.due_at,
            since=done_before(run),
            schedule=job.schedule,
        )

    return committed(begin)


def _work(job: Job, errand: Errand) -> Ended:
    try:
        job.work(errand)
    except AskedToStop:
        return _end(errand, STOPPED)
    except TakenOver:
        return _end(errand, TAKEN_OVER)
    except Exception as error:
        errand.note("", error)
        return _end(errand, "failed")
    return _end(errand, "partly" if errand.failures else "done")


def _end(errand: Errand, outcome: str) -> Ended:
    did: dict[str, int] = {}
    if outcome != TAKEN_OVER:
        try:
            did = committed(lambda: _write_down(errand, outcome))
        except TakenOver:
            outcome = TAKEN_OVER
    if outcome == TAKEN_OVER:
        log.warning("job taken over", job=errand.job, worker=errand.worker.name)
    return Ended(errand.job, errand.due_at, errand.tries, outcome, did, errand.trouble)


def _write_down(errand: Errand, outcome: str) -> dict[str, int]:
    at = errand.worker.clock()
    run = errand.held()
    if outcome == STOPPED:
        run.lease_until = at
    else:
        run.outcome, run.finished_at = outcome, at
    did = {name: n for name, n in run.did.items() if name != "failed"}
    if errand.failures:
        did["failed"] = errand.failures
    run.did, run.trouble = did, errand.trouble
    return did
