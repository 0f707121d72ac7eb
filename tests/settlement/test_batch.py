from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from guarantee.business_time import BadWeek
from guarantee.db import broke
from guarantee.roles import Role
from guarantee.settlement.batch import WeekNotOver, run_week
from guarantee.settlement.courier import record_fee
from guarantee.settlement.models import Batch, BatchLine, LineCharge
from guarantee.settlement.resolution import resolve
from guarantee.settlement.totals import current_differences
from tests import factories
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, TUESDAY, WEEK, Week, day


def lines(batch):
    return [(line.part, line.amount_fen, line.late) for line in batch.lines]


@pytest.fixture
def week(session):
    return Week()


def test_a_batch_holds_each_letters_charges_up_to_the_limit(week):
    letter = week.charged(30_000, receipt="a1")
    week.charged(20_000, receipt="A2", letter=letter)
    week.charged(150_000)
    batch = week.opened()
    assert lines(batch) == [("pre_hospital", 50_000, False), ("pre_hospital", 100_000, False)]
    assert batch.lines[0].receipts == "A1、A2"
    assert batch.lines[0].limit_fen == 100_000
    assert (batch.first_day, batch.last_day, batch.remit_by) == (
        day("2026-11-16"), day("2026-11-22"), day("2026-11-26"),
    )  # fmt: skip


def test_drawdowns_and_courier_fees_of_the_week_come_along(week):
    week.filled()
    letter = week.drawn(20_000)
    week.drawn(5_000, letter=letter)
    record_fee(
        center=week.center, tracking_number="SF1", amount_fen=2_500, paid_on=TUESDAY.date(),
        by=week.finance, at=TUESDAY,
    )  # fmt: skip
    assert lines(week.opened()) == [("reserve_fund", 25_000, False), ("courier", 2_500, False)]


def test_opening_twice_answers_the_same_batch_untouched(week, session):
    week.charged(30_000)
    first = week.opened()
    week.charged(10_000)
    again = week.opened(at=NEXT_MONDAY)
    assert again is first
    assert len(again.lines) == 1
    run_week(week=WEEK, by=week.clerk, at=NEXT_MONDAY, centers=[week.center])
    assert session.scalar(select(func.count(Batch.id))) == 1


def test_a_charge_that_comes_after_monday_is_late_in_the_next_batch(week):
    letter = week.charged(30_000)
    week.opened()
    week.charged(10_000, letter=letter, at=MONDAY)
    week.charged(7_000, day=day("2026-11-24"), at=MONDAY.replace(day=24))
    batch = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert lines(batch) == [("pre_hospital", 10_000, True), ("pre_hospital", 7_000, False)]
    assert batch.lines[0].charged_from == TUESDAY.date()


def test_nothing_is_left_of_a_letter_of_which_more_was_settled_while_a_refund_is_carried(week):
    letter = week.charged(100_000, name="出车费")
    week.says(letter, 100_000)
    batch = week.opened()
    week.reported(batch)
    week.approved(batch)

    tuesday = TUESDAY + timedelta(days=7)
    week.charged(-100_000, name="出车费", letter=letter, at=tuesday)
    week.charged(100_000, day=tuesday.date(), letter=letter, at=tuesday)
    batch = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert lines(batch) == [("pre_hospital", -100_000, True), ("pre_hospital", 100_000, False)]
    week.rows.clear()
    week.says(letter, 100_000, day="2026-11-24")
    week.reported(batch, at=NEXT_MONDAY)
    for one in current_differences(batch):
        decision = "carry" if one.report_fen is None else "take_system"
        resolve(difference=one, decision=decision, reason="退费待查", by=week.clerk, at=NEXT_MONDAY)
    week.approved(batch, at=NEXT_MONDAY + timedelta(hours=2))

    tuesday = tuesday + timedelta(days=7)
    week.charged(5_000, day=tuesday.date(), letter=letter, at=tuesday)
    last = week.opened(week="2026-W49", at=NEXT_MONDAY + timedelta(days=7))
    assert lines(last) == [("pre_hospital", 0, False), ("pre_hospital", -100_000, True)]
    assert last.lines[0].limit_fen == 0


def test_another_centres_charges_and_next_weeks_stay_out(week):
    Week().charged(9_900)
    week.charged(8_800, day=day("2026-11-23"), at=MONDAY)
    assert week.opened().lines == []


def test_a_week_opens_when_it_is_over_and_not_before(week):
    with pytest.raises(WeekNotOver):
        week.opened(at=MONDAY.replace(day=22, hour=23))
    with pytest.raises(BadWeek):
        week.opened(week="2026-11")


def test_every_centre_gets_its_batch_on_monday(session):
    centers = [factories.make_center() for _ in range(3)]
    clerk = factories.make_staff(Role.ALLIANCE_FINANCE)
    made = run_week(week=WEEK, by=clerk, at=MONDAY)
    assert {batch.center_id for batch in made} >= {center.id for center in centers}


def test_the_database_keeps_a_charge_out_of_a_second_line(week, session):
    week.charged(30_000)
    batch = week.opened()
    taken = session.scalars(select(LineCharge.charge_id)).one()
    session.add(LineCharge(charge_id=taken, line_id=batch.lines[0].id))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_line_has_a_letter_unless_it_is_the_couriers(week, session):
    batch = week.opened()
    session.add(BatchLine(batch_id=batch.id, part="pre_hospital", amount_fen=1))
    with pytest.raises(IntegrityError) as refused:
        session.flush()
    assert broke(refused.value, "ck_settlement_lines_letter_unless_courier")
