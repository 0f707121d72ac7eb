"""The worker: waits until something is due, does it, waits again."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Flask

from guarantee.jobs.errand import Worker, code_of, where
from guarantee.jobs.running import Ended, run_due
from guarantee.jobs.table import JOBS

LONGEST_WAIT = 60.0
"""Seconds after which it looks again even so: for runs whose worker died, for a clock that was
set."""

log = structlog.get_logger(__name__)


def this_process() -> str:
    """What a worker here is called: machine and process."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def work(
    app: Flask,
    worker: Worker,
    *,
    wait: Callable[[float], object],
    tell: Callable[[Ended], object],
) -> None:
    """Do what falls due until `worker.stopping()`. `wait` is given seconds and may come back
    sooner; `tell` hears of each run that ended.

    It outlives whatever happens: a database that does not answer is waited for.
    """
    while not worker.stopping():
        with app.app_context():
            try:
                for ended in run_due(worker):
                    tell(ended)
            except Exception as error:
                log.error("jobs could not run", code=code_of(error), where=where(error))
        wait(until_next(worker.clock()))


def until_next(at: datetime) -> float:
    """Seconds from `at` to the next slot of any job."""
    first = min(job.schedule.after(at) for job in JOBS.values())
    return min((first - at).total_seconds(), LONGEST_WAIT)
