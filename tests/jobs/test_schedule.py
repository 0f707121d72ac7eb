"""When jobs are due: slots in Shanghai's time, whatever zone the moment is given in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from guarantee.business_time import SHANGHAI
from guarantee.jobs.table import JOBS

MONDAY_SIX = datetime(2026, 11, 23, 6, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 23, 3, 30, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("job", "slot", "every"),
    [
        ("settlement-open", MONDAY_SIX, timedelta(days=7)),
        ("tidy", NIGHT, timedelta(days=1)),
        ("letters-lapse", MONDAY_SIX, timedelta(minutes=1)),
    ],
)
def test_a_slot_is_due_from_its_very_moment_until_the_next(job, slot, every):
    schedule = JOBS[job].schedule
    assert schedule.latest(slot) == slot
    assert schedule.latest(slot.astimezone(UTC) + timedelta(microseconds=1)) == slot
    assert schedule.latest(slot + every - timedelta(microseconds=1)) == slot
    assert schedule.latest(slot - SECOND) == slot - every
    assert schedule.before(slot) == slot - every
    assert schedule.after(slot) == slot + every
    assert schedule.after(slot - SECOND) == slot


def test_the_words_say_the_times_that_the_line_means():
    for job in JOBS.values():
        times = {w for w in job.schedule.words.en.split() if ":" in w}
        slot = job.schedule.latest(MONDAY_SIX)
        assert times <= {slot.astimezone(SHANGHAI).strftime("%H:%M")}
        assert times <= set(job.schedule.words.zh.split())


def test_slots_are_utc():
    assert JOBS["settlement-open"].schedule.latest(MONDAY_SIX).utcoffset() == timedelta(0)
