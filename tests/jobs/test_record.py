"""The rows of runs are kept for a month."""

from __future__ import annotations

from datetime import timedelta

from guarantee.jobs.record import KEPT, forget_runs
from guarantee.jobs.running import run_due
from tests.jobs.situations import LAPSE, TIDY, Clock, runs, worker


def test_old_runs_are_forgotten_but_of_no_job_the_last_that_was_done(session, at):
    clock = Clock(at)
    run_due(worker(clock), jobs=TIDY)
    for _ in range(3):
        run_due(worker(clock), jobs=LAPSE)
        clock.move(minutes=1)
    clock.at = at + KEPT + timedelta(minutes=1, seconds=30)
    assert forget_runs(before=clock.at) == 2
    session.commit()
    assert [(run.job, run.due_at - at) for run in runs()] == [
        ("tidy", runs()[0].due_at - at),
        ("letters-lapse", timedelta(minutes=2)),
    ]


def test_the_nightly_job_forgets_them(session, at):
    clock = Clock(at)
    for _ in range(2):
        run_due(worker(clock), jobs=LAPSE)
        clock.move(minutes=1)
    clock.move(days=31)
    assert [one.did for one in run_due(worker(clock), jobs=TIDY)] == [{"runs": 1}]
