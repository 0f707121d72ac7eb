"""How fast a hospital has been paid, from the final bill to the bank's confirmation."""

from datetime import timedelta

import pytest

from guarantee.business_time import business_day, now, start_of, week_before
from guarantee.settlement.paid_in import PaidIn, paid_in
from tests.settlement.hospital_scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, TUESDAY, Stays

FRIDAY = TUESDAY + timedelta(days=3)


@pytest.fixture
def stays(session):
    return Stays()


def figure(stays, at=NEXT_MONDAY):
    return paid_in(hospital_id=stays.hospital.id, at=at)


def test_a_hospital_that_was_never_paid_has_no_figure(stays):
    stays.closed(100)
    stays.ordered(stays.approved(stays.opened()))
    assert figure(stays) is None


def test_the_days_run_from_the_final_bill_to_the_banks_confirmation(stays):
    stays.closed(100)
    stays.paid(stays.opened(), on="2026-11-25")
    assert figure(stays) == PaidIn(days=8, letters=1)


def test_the_median_of_an_even_count_is_the_slower_of_the_two_in_the_middle(stays):
    stays.closed(100)
    stays.closed(100, at=FRIDAY)
    stays.paid(stays.opened(), on="2026-11-25")
    assert figure(stays) == PaidIn(days=8, letters=2)
    stays.closed(100, at=FRIDAY + timedelta(days=7))
    stays.paid(stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY), on="2026-12-02")
    assert figure(stays, at=NEXT_MONDAY + timedelta(days=3)) == PaidIn(days=5, letters=3)


def test_a_later_difference_does_not_count_its_letter_again(stays):
    letter = stays.closed(30_000)
    stays.paid(stays.opened(), on="2026-11-25")
    stays.takes_off(letter, 4_000, at=TUESDAY + timedelta(days=8))
    stays.closed(10_000, at=TUESDAY + timedelta(days=7))
    batch = stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert len(batch.lines) == 2
    stays.paid(batch, on="2026-12-02")
    assert figure(stays, at=NEXT_MONDAY + timedelta(days=3)) == PaidIn(days=8, letters=2)


def test_only_the_last_12_weeks_count(stays):
    stays.closed(100)
    stays.paid(stays.opened(), on="2026-11-25")
    assert figure(stays, at=MONDAY + timedelta(days=2 + 83)) == PaidIn(days=8, letters=1)
    assert figure(stays, at=MONDAY + timedelta(days=2 + 84)) is None


def test_another_hospitals_speed_is_not_ours(stays):
    other = Stays()
    other.closed(100)
    other.paid(other.opened())
    assert figure(stays) is None
    assert figure(other) == PaidIn(days=8, letters=1)


def test_a_payment_that_came_back_was_no_payment(stays):
    stays.closed(100)
    order = stays.paid(stays.opened())
    stays.bank_says(("+1.00", order.reference, "S9"))
    assert figure(stays) is None


def test_the_api_says_of_each_letter_how_fast_its_hospital_was_paid(stays, session, api):
    today = business_day(now())
    monday = today - timedelta(days=today.weekday())
    stays.closed(100, at=start_of(monday - timedelta(days=3)))
    number = stays.admitted(0, at=now()).number
    session.commit()
    assert api(stays.desk).get(f"/letters/{number}").json["paid_in_days"] is None
    stays.paid(stays.opened(week=week_before(now()), at=now()), on=str(monday))
    session.commit()
    assert api(stays.desk).get(f"/letters/{number}").json["paid_in_days"] == 3
