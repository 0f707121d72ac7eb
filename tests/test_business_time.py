"""Weeks and days are Shanghai's, moments are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee import business_time
from guarantee.business_time import SHANGHAI


def test_the_day_begins_at_midnight_in_shanghai():
    last = datetime(2026, 11, 15, 15, 59, 59, tzinfo=UTC)
    assert business_time.business_day(last) == date(2026, 11, 15)
    assert business_time.business_day(last + timedelta(seconds=1)) == date(2026, 11, 16)


def test_a_week_runs_from_monday_to_sunday_midnight():
    first, after = business_time.bounds_of_week("2026-W47")
    assert first.astimezone(SHANGHAI) == datetime(2026, 11, 16, tzinfo=SHANGHAI)
    assert after - first == timedelta(days=7)


def test_mondays_batch_is_for_the_week_before():
    monday = datetime(2026, 11, 23, 6, 0, tzinfo=SHANGHAI)
    assert business_time.week_before(monday) == "2026-W47"
    assert business_time.week_before(monday - timedelta(hours=7)) == "2026-W46"


def test_a_week_belongs_to_the_iso_year_of_its_thursday():
    assert business_time.week_of(date(2027, 1, 1)) == "2026-W53"


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "2026W", "26-W10", "2026-47", ""])
def test_what_is_no_week_is_refused(week):
    with pytest.raises(business_time.BadWeek):
        business_time.days_of_week(week)


@given(st.dates(date(2000, 1, 3), date(2099, 12, 27)))
def test_every_day_is_in_its_own_week_and_in_no_other(day):
    week = business_time.week_of(day)
    assert day in business_time.days_of_week(week)
    first, after = business_time.bounds_of_week(week)
    assert first <= business_time.start_of(day) < after
