from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.charges.forecast import COVER_DAYS, forecast

DAY = date(2026, 11, 18)


def days(*fen: int) -> list[tuple[date, int]]:
    """So much burnt on each of the last days, today last."""
    return [(DAY - timedelta(days=len(fen) - 1 - n), one) for n, one in enumerate(fen)]


def test_an_even_burn_runs_out_on_a_plain_day():
    seen = forecast(burn=days(50_000, 50_000, 50_000), left_fen=150_000, today=DAY)
    assert seen.per_day_fen == 50_000
    assert seen.runs_out_on == seen.soonest == seen.latest == DAY + timedelta(days=3)


def test_an_uneven_burn_has_a_range_around_it():
    seen = forecast(burn=days(20_000, 100_000, 30_000, 90_000), left_fen=240_000, today=DAY)
    assert seen.soonest == DAY + timedelta(days=2)
    assert seen.runs_out_on == DAY + timedelta(days=4)
    assert seen.latest == DAY + timedelta(days=9)


def test_what_burnt_long_before_the_last_days_does_not_count():
    seen = forecast(burn=days(900_000, 10, 10, 10, 10, 10), left_fen=100, today=DAY)
    assert seen.per_day_fen == 10


def test_a_day_without_charges_between_two_others_is_a_quiet_one():
    burn = [(DAY - timedelta(days=2), 60_000), (DAY, 60_000)]
    assert forecast(burn=burn, left_fen=1, today=DAY).per_day_fen == 40_000


def test_nothing_is_foretold_without_a_burn():
    assert forecast(burn=[], left_fen=1, today=DAY) is None
    assert forecast(burn=days(-5_000), left_fen=1, today=DAY) is None
    assert forecast(burn=days(5_000), left_fen=1, today=DAY + timedelta(days=9)) is None


def test_a_guarantee_that_lasts_for_years_has_no_last_day():
    assert forecast(burn=days(1), left_fen=500_000, today=DAY).runs_out_on is None


def test_the_suggested_top_up_carries_some_days_and_what_exceeds_already():
    seen = forecast(burn=days(33_333), left_fen=0, today=DAY, patient_excess_fen=1)
    assert seen.suggested_fen == 170_000
    assert seen.suggested_fen >= 33_333 * COVER_DAYS + 1
    assert seen.runs_out_on == DAY


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=8), st.integers(0, 10**9))
def test_the_range_lies_around_the_forecast(fen, left):
    seen = forecast(burn=days(*fen), left_fen=left, today=DAY)
    far = date.max
    assert (seen.soonest or far) <= (seen.runs_out_on or far) <= (seen.latest or far)
