"""On several machines at once, and on one that is killed: each letter lapses once all the same."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from guarantee.jobs.errand import LEASE
from guarantee.jobs.running import run_due
from guarantee.ledger.check import check_ledger
from guarantee.letters.lifecycle import lapse_due
from guarantee.parties.staff import system
from tests.jobs.processes import started
from tests.jobs.situations import (
    LAPSE,
    OVERDUE,
    Clock,
    overdue_letters,
    runs,
    states,
    times_lapsed,
    worker,
)
from tests.races import all_at_once

LETTERS = 8
DIES_AT_THE_THIRD_LETTER = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from guarantee import create_app
from guarantee.jobs.errand import Worker
from guarantee.jobs.running import run_due
from guarantee.letters.models import Letter

lapsed = []

@event.listens_for(Letter, "after_update")
def die(_mapper, _connection, letter):
    lapsed.append(letter.id)
    if len(lapsed) == 3:  # written, and what it held given back, but not committed
        os.kill(os.getpid(), signal.SIGKILL)

app, at = create_app(), datetime.fromisoformat(sys.argv[1])
with app.app_context():
    run_due(Worker("killed:1", lambda: at, app.config["SETTINGS"]))
"""


@pytest.fixture
def clock(at):
    return Clock(at + OVERDUE)


def test_many_machines_at_the_same_moment_are_one_run(app, session, at, clock):
    ids = [one.id for one in overdue_letters(LETTERS, at=at)]
    ready = Barrier(4)

    def machine(n):
        with app.app_context():
            ready.wait()
            return run_due(worker(clock, f"machine:{n}"), jobs=LAPSE)

    with ThreadPoolExecutor(4) as pool:
        ended = [one for some in pool.map(machine, range(4)) for one in some]
    assert [(one.outcome, one.did) for one in ended] == [("done", {"lapsed": LETTERS})]
    assert len(runs()) == 1
    assert states(ids) == ["lapsed"] * LETTERS
    assert set(times_lapsed().values()) == {(2, 1)}
    assert check_ledger().faults == []


def test_the_job_and_people_who_run_the_command_do_each_letter_once(app, session, at, clock):
    ids = [one.id for one in overdue_letters(LETTERS, at=at)]

    def work(n):
        if n == 0:
            return sum(one.did.get("lapsed", 0) for one in run_due(worker(clock), jobs=LAPSE))
        return len(lapse_due(at=clock.at, by=system()))

    assert sum(all_at_once(app, 4, work)) == LETTERS
    assert states(ids) == ["lapsed"] * LETTERS
    assert set(times_lapsed().values()) == {(2, 1)}
    assert check_ledger().faults == []


def test_a_worker_killed_in_the_middle_of_a_letter_is_followed_by_another(app, session, at, clock):
    ids = [one.id for one in overdue_letters(4, at=at)]
    killed = started(app, "-c", DIES_AT_THE_THIRD_LETTER, clock.at.isoformat())
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    [left] = runs()
    assert (left.worker, left.outcome, left.did) == ("killed:1", None, {"lapsed": 2})
    assert states(ids) == ["lapsed", "lapsed", "issued", "issued"]
    assert check_ledger().faults == []

    clock.at += LEASE + timedelta(seconds=1)
    ended = run_due(worker(clock), jobs=LAPSE)
    assert [one.did for one in ended] == [{"lapsed": 4}, {}]
    assert states(ids) == ["lapsed"] * 4
    assert set(times_lapsed().values()) == {(2, 1)}
    assert check_ledger().faults == []
