"""Runs: each slot once, in pieces; what a dead or slow worker began, another ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from guarantee.business_time import SHANGHAI
from guarantee.jobs.errand import LEASE
from guarantee.jobs.record import AGAIN_AFTER
from guarantee.jobs.running import run_due
from guarantee.jobs.schedule import Schedule
from guarantee.jobs.standing import last_successes, standings
from guarantee.jobs.table import JOBS, Job
from guarantee.ledger.check import check_ledger
from guarantee.refusals import Conflict, Words
from tests.jobs.situations import (
    LAPSE,
    OVERDUE,
    Clock,
    at_the,
    overdue_letters,
    runs,
    states,
    times_lapsed,
    worker,
)

WORDS = Words("试", "test")


def daily(work) -> list[Job]:
    """A job of the test's own, due every day at noon in Shanghai."""
    return [Job("a-test", WORDS, WORDS, Schedule("0 12 * * *", WORDS), timedelta(hours=1), work)]


@pytest.fixture
def clock(at):
    return Clock(at + OVERDUE)


class Dies(BaseException):
    """What no `except Exception` catches: as good as a killed process."""


def dies():
    raise Dies


def test_a_run_whose_worker_died_is_taken_over_when_its_lease_is_over(session, at, clock):
    ids = [one.id for one in overdue_letters(5, at=at)]
    slot = clock.at
    with pytest.raises(Dies):  # asked once before the run, then before each letter
        run_due(worker(clock, "dies:1", stopping=at_the(4, dies)), jobs=LAPSE)
    assert states(ids) == ["lapsed", "lapsed", "issued", "issued", "issued"]
    [left] = runs()
    assert (left.outcome, left.did, left.worker) == (None, {"lapsed": 2}, "dies:1")

    clock.move(minutes=4)
    assert run_due(worker(clock, "next:1"), jobs=LAPSE) == []  # the lease is not over
    clock.at = slot + LEASE
    over, now = run_due(worker(clock, "next:1"), jobs=LAPSE)
    assert (over.due_at, over.tries, over.outcome) == (slot, 2, "done")
    assert over.did == {"lapsed": 5}  # of both tries
    assert (now.due_at, now.did) == (clock.at, {})
    assert states(ids) == ["lapsed"] * 5
    assert set(times_lapsed().values()) == {(2, 1)}
    assert check_ledger().faults == []


def test_a_worker_that_was_slow_and_taken_for_dead_does_nothing_more(session, at, clock):
    ids = [one.id for one in overdue_letters(4, at=at)]
    others = []

    def another_takes_over():
        clock.move(minutes=6)
        others.extend(run_due(worker(clock, "next:1"), jobs=LAPSE))

    [slow] = run_due(worker(clock, "slow:1", stopping=at_the(3, another_takes_over)), jobs=LAPSE)
    assert slow.outcome == "taken_over"
    assert [one.outcome for one in others] == ["done", "done"]
    assert [run.outcome for run in runs()] == ["done", "done"]
    assert runs()[0].did == {"lapsed": 4}
    assert states(ids) == ["lapsed"] * 4
    assert set(times_lapsed().values()) == {(2, 1)}


def test_a_slow_worker_does_nothing_more_while_the_other_is_still_at_it(session, at, clock):
    ids = [one.id for one in overdue_letters(4, at=at)]

    def another_takes_over():
        clock.move(minutes=6)
        with pytest.raises(Dies):
            run_due(worker(clock, "next:1", stopping=at_the(3, dies)), jobs=LAPSE)

    [slow] = run_due(worker(clock, "slow:1", stopping=at_the(3, another_takes_over)), jobs=LAPSE)
    assert slow.outcome == "taken_over"
    assert states(ids) == ["lapsed", "lapsed", "issued", "issued"]
    [run] = runs()
    assert (run.worker, run.outcome, run.did) == ("next:1", None, {"lapsed": 2})


def test_a_long_run_keeps_its_lease_as_long_as_its_pieces_come(session, at, clock):
    ids = [one.id for one in overdue_letters(4, at=at)]
    others = []

    def three_minutes_later():
        if any(run.outcome is None for run in runs()):
            clock.move(minutes=3)
            others.append(run_due(worker(clock, "other:1"), jobs=LAPSE))

    long, *_ = run_due(worker(clock, stopping=three_minutes_later), jobs=LAPSE)
    assert (long.outcome, long.did, long.tries) == ("done", {"lapsed": 4}, 1)
    assert others == [[], [], [], []]  # nothing for another to do, twelve minutes long
    assert states(ids) == ["lapsed"] * 4


def test_asked_to_stop_a_worker_ends_its_piece_and_leaves_the_rest_to_the_next(session, at, clock):
    ids = [one.id for one in overdue_letters(3, at=at)]
    [stopped] = run_due(worker(clock, stopping=at_the(3, lambda: True)), jobs=LAPSE)
    assert (stopped.outcome, stopped.did, stopped.well) == ("stopped", {"lapsed": 1}, True)
    assert states(ids) == ["lapsed", "issued", "issued"]
    assert runs()[0].state_words(clock.at).en.startswith("Interrupted")
    [resumed] = run_due(worker(clock, "next:1"), jobs=LAPSE)  # at once: no lease to wait for
    assert (resumed.tries, resumed.did, resumed.outcome) == (2, {"lapsed": 3}, "done")


def test_a_run_that_failed_is_tried_again_a_little_later_and_not_at_once(session, clock):
    clock.at = datetime(2026, 11, 23, 13, tzinfo=SHANGHAI)
    broken = [True]

    def work(errand):
        errand.piece(lambda at: {"answers": 1})
        if broken:
            broken.pop()
            raise ZeroDivisionError

    [failed] = run_due(worker(clock), jobs=daily(work))
    assert (failed.outcome, failed.well) == ("failed", False)
    assert failed.trouble == [{"subject": "", "code": "ZeroDivisionError"}]
    assert run_due(worker(clock), jobs=daily(work)) == []
    clock.at += AGAIN_AFTER
    [mended] = run_due(worker(clock), jobs=daily(work))
    assert (mended.outcome, mended.tries, mended.trouble) == ("done", 2, [])
    assert mended.did == {"answers": 2}
    assert run_due(worker(clock), jobs=daily(work)) == []
    assert len(runs()) == 1


def test_a_piece_that_fails_leaves_nothing_and_is_not_counted(session, clock):
    def work(errand):
        errand.attempt("letter:1", lambda at: refused())
        errand.attempt("letter:2", lambda at: {"lapsed": 1})

    def refused():
        raise Conflict()

    [ended] = run_due(worker(clock), jobs=daily(work))
    assert (ended.outcome, ended.did) == ("partly", {"lapsed": 1, "failed": 1})


def test_a_run_stands_for_every_slot_since_the_last_that_was_done(session, clock):
    seen = []

    def work(errand):
        seen.append([slot.astimezone(SHANGHAI).day for slot in errand.slots(most=5)])

    clock.at = datetime(2026, 11, 10, 12, 30, tzinfo=SHANGHAI)
    for days in (0, 1, 3, 10):
        clock.move(days=days)
        run_due(worker(clock), jobs=daily(work))
    assert seen == [[10], [11], [12, 13, 14], [20, 21, 22, 23, 24]]


def test_a_job_is_late_when_its_slot_and_its_grace_have_passed(session, clock):
    def lapse():
        return next(one for one in standings(clock.at) if one.job is LAPSE[0])

    assert lapse().late_since is None  # never run, and its first minute is not over
    run_due(worker(clock), jobs=LAPSE)
    first = clock.at
    clock.move(minutes=6)
    assert lapse().late_since is None
    clock.move(seconds=1)
    assert lapse().late_since == first + timedelta(minutes=1)
    assert lapse().next_due == first + timedelta(minutes=7)
    run_due(worker(clock), jobs=LAPSE)
    assert lapse().late_since is None
    assert last_successes() == {"letters-lapse": clock.at}


def test_a_job_that_never_ran_is_late_after_its_first_slots_grace(session, clock):
    late = {one.job.name: one.late_since for one in standings(clock.at)}
    assert late["settlement-open"] == JOBS["settlement-open"].schedule.latest(clock.at)
    assert late["letters-lapse"] is None
