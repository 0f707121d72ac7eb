"""What the machine has found, each as plainly as it can be shown."""

from __future__ import annotations

import pytest

from guarantee.charges.final_bill import close_with_final_bill
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.letters.lifecycle import present
from guarantee.letters.position import position_of
from guarantee.refusals import Refusal
from guarantee.settlement.hospital_weeks import open_hospital_week
from guarantee.settlement.reserve_fund import draw_down
from guarantee.settlement.resolution import resolve
from guarantee.settlement.totals import current_differences
from tests.charges.situations import desk_of, line, post
from tests.factories import make_hospital
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, TUESDAY, WEEK, Week


@pytest.fixture
def week(session):
    made = Week()
    made.filled()
    return made


@pytest.fixture
def moved_on(week):
    """Paid from the fund at the nearest hospital, then taken to a network hospital that accepted
    the letter."""
    letter = week.letter()
    draw_down(
        letter=letter, hospital=make_hospital(network=False), amount_fen=100_000,
        receipt_number="F1", paid_on=TUESDAY.date(), by=week.finance, at=TUESDAY,
    )  # fmt: skip
    letter.receipt = "F1"
    return present(letter=letter, by=desk_of(letter), at=TUESDAY)


def decided(week, batch, decision):
    week.reported(batch)
    for difference in current_differences(batch):
        resolve(difference=difference, decision=decision, reason="核对", by=week.clerk, at=MONDAY)


def test_a_hospital_is_not_paid_what_the_reserve_fund_paid_elsewhere(week, moved_on):
    post(moved_on, line(30_000, charged_on=TUESDAY.date()), at=TUESDAY)
    close_with_final_bill(letter=moved_on, by=desk_of(moved_on), at=TUESDAY)
    (batch,) = open_hospital_week(week=WEEK, by=week.clerk, at=MONDAY)
    assert batch.total_fen == 30_000 == -balance(AccountKind.HOSPITAL_PAYABLE, batch.hospital_id)


def test_correcting_a_drawdown_leaves_a_presented_letters_promise_alone(week, moved_on):
    batch = week.opened()
    week.says(moved_on, 60_000, fund=True)
    decided(week, batch, "take_center")
    week.approved(batch)
    stay = position_of(moved_on).in_hospital
    assert (stay.captured_fen, stay.left_fen) == (60_000, 440_000)
    assert check_ledger().faults == []


def test_a_ride_left_out_that_was_refunded_meanwhile_is_refused_with_a_sentence(week):
    letter = week.charged(50_000, name="出车费")
    batch = week.opened()
    week.says(letter, 0)
    decided(week, batch, "leave_out")
    week.charged(-50_000, name="出车费", letter=letter, day=MONDAY.date(), at=MONDAY)
    with pytest.raises(Refusal) as refused:
        week.approved(batch)
    assert refused.value.code == "refunded_meanwhile"


def test_the_refund_comes_with_the_next_week_then(week):
    letter = week.charged(50_000, name="出车费")
    batch = week.opened()
    week.says(letter, 0)
    decided(week, batch, "take_system")
    week.charged(-50_000, name="出车费", letter=letter, day=MONDAY.date(), at=MONDAY)
    week.approved(batch)
    later = week.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert (batch.approved_fen, [one.amount_fen for one in later.lines]) == (50_000, [-50_000])
