"""Monday 06:00: every centre's and hospital's batch opens by itself, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from guarantee.business_time import SHANGHAI
from guarantee.jobs.running import run_due
from guarantee.settlement.models import Batch, HospitalBatch
from tests.factories import make_center
from tests.jobs.situations import MONDAYS, Clock, runs, worker
from tests.settlement.hospital_scenes import Stays
from tests.settlement.scenes import WEEK, Week

SIX = datetime(2026, 11, 23, 6, tzinfo=SHANGHAI)


@pytest.fixture
def clock():
    return Clock(SIX)


def weeks(session):
    session.rollback()
    query = select(Batch.week).order_by(Batch.week, Batch.id)
    return session.scalars(query).all()


def test_on_monday_at_six_the_batches_open_once(session, clock):
    week = Week(make_center("3101"))
    week.charged(80_000)
    make_center("3102")
    Stays().closed(30_000)
    session.commit()
    centers = 3  # the closed letter has a centre too
    [ended] = run_due(worker(clock), jobs=MONDAYS)
    assert (ended.outcome, ended.did) == ("done", {"batches": centers, "hospital_batches": 1})
    clock.move(hours=3)
    assert run_due(worker(clock), jobs=MONDAYS) == []
    [again] = run_due(worker(clock), jobs=MONDAYS, again=True)
    assert again.did == ended.did  # nothing was added to what this slot did
    assert weeks(session) == [WEEK] * centers
    found = session.scalar(select(Batch).where(Batch.center_id == week.center.id))
    assert [line.amount_fen for line in found.lines] == [80_000]
    assert [one.total_fen for one in session.scalars(select(HospitalBatch))] == [30_000]
    assert found.opened_by.username == "system"


def test_nothing_opens_before_monday_at_six(session, clock):
    make_center()
    session.commit()
    run_due(worker(clock), jobs=MONDAYS)
    clock.at = SIX + timedelta(days=7, seconds=-1)
    assert run_due(worker(clock), jobs=MONDAYS) == []
    clock.move(seconds=1)
    assert [one.did for one in run_due(worker(clock), jobs=MONDAYS)] == [{"batches": 1}]


def test_mondays_that_nobody_was_there_for_are_made_up_for_in_one_run(session, clock):
    make_center()
    session.commit()
    run_due(worker(clock), jobs=MONDAYS)
    clock.move(days=23)  # a Wednesday, three Mondays later
    assert [one.did for one in run_due(worker(clock), jobs=MONDAYS)] == [{"batches": 3}]
    assert weeks(session) == [WEEK, "2026-W48", "2026-W49", "2026-W50"]
    assert len(runs()) == 2
