"""The worker waits until something is due, and for a database that is away."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from guarantee import create_app
from guarantee.jobs.table import JOBS
from guarantee.jobs.worker import work
from guarantee.letters.printing import keep_paper
from tests.databases import settings_for
from tests.jobs.situations import Clock, overdue_letters, runs, worker


class Waits:
    """Moves the clock instead of waiting, and asks the worker to stop after so many waits."""

    def __init__(self, clock: Clock, times: int) -> None:
        self.clock, self.times, self.seconds = clock, times, []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.clock.move(seconds=seconds)

    def over(self) -> bool:
        return len(self.seconds) >= self.times


def test_it_waits_for_the_next_slot_and_does_what_falls_due(app, session, at):
    [letter] = overdue_letters(1, at=at)
    keep_paper(letter.id, b"%PDF", at=at)  # printed: this is about waiting
    session.commit()
    clock = Clock(letter.lapses_at - timedelta(seconds=75))
    waits, told = Waits(clock, 3), []
    work(app, worker(clock, stopping=waits.over), wait=waits, tell=told.append)
    assert waits.seconds == [15, 60, 60]
    lapses = [one for one in told if one.job == "letters-lapse"]
    assert [one.did for one in lapses] == [{}, {}, {}]
    waits.times = 4
    work(app, worker(clock, stopping=waits.over), wait=waits, tell=told.append)
    assert [one.did for one in told if one.job == "letters-lapse"][-1] == {"lapsed": 1}
    assert {run.job for run in runs()} == set(JOBS)


def test_it_waits_for_a_database_that_is_away(at):
    away = create_app(settings_for("postgresql+psycopg://nobody@127.0.0.1:1/away"))
    clock = Clock(at)
    waits, told = Waits(clock, 1), []
    with capture_logs() as logged:
        work(away, worker(clock, stopping=waits.over), wait=waits, tell=told.append)
    assert waits.seconds == [60]
    said = [one for one in logged if one["event"] == "jobs could not run"]
    assert [one["code"] for one in said] == ["database_unavailable"]
    assert "nobody" not in str(logged)
    assert told == []
