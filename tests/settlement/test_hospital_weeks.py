"""The hospitals' weeks: gathered once, approved by another, paid to the account on record."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from guarantee.business_time import SHANGHAI
from guarantee.db import db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.parties.staff import Staff, system
from guarantee.roles import Role
from guarantee.settlement.batch import WeekNotOver
from guarantee.settlement.hospital_payment import live_hospital_remittance, pay_hospitals
from guarantee.settlement.hospital_weeks import (
    NotYourWeek,
    OpenedItYourself,
    approve_hospital_batch,
    hospital_batch_for,
    open_hospital_week,
    visible_hospital_batches,
)
from guarantee.settlement.models import HospitalBatch, HospitalLine, HospitalRemittance
from guarantee.settlement.moves import NotYourStep
from guarantee.settlement.payment_file import NoAccount
from guarantee.settlement.remittance import payment_csv
from guarantee.settlement.visible import UnknownBatch
from guarantee.tables import WrongState
from tests import factories
from tests.races import all_at_once
from tests.settlement.hospital_scenes import (
    MONDAY,
    NEXT_MONDAY,
    NEXT_WEEK,
    TUESDAY,
    WEEK,
    Stays,
)
from tests.settlement.scenes import Week


@pytest.fixture
def stays(session):
    return Stays()


def owed(stays):
    return -balance(AccountKind.HOSPITAL_PAYABLE, stays.hospital.id)


def test_a_week_holds_what_each_closed_letter_captured_and_nothing_of_open_stays(stays):
    first, second = stays.closed(30_000), stays.closed(12_345)
    stays.admitted(99_999)
    stays.closed(0)
    batch = stays.opened()
    assert [(line.letter, line.nth, line.amount_fen) for line in batch.lines] == [
        (first, 1, 30_000),
        (second, 1, 12_345),
    ]
    assert (batch.state, batch.total_fen, batch.remit_by.isoformat()) == (
        "open", 42_345, "2026-11-26",
    )  # fmt: skip


def test_a_hospital_is_owed_the_guarantee_and_never_the_patients_share(stays):
    stays.closed(700_000)  # the guarantee in hospital is 5,000 yuan
    assert stays.opened().total_fen == 500_000


def test_each_hospital_has_a_batch_of_its_own_and_one_without_letters_has_none(stays):
    other, idle = Stays(), Stays()
    stays.closed(100)
    other.closed(200)
    batches = open_hospital_week(week=WEEK, by=stays.clerk, at=MONDAY)
    assert {one.hospital_id: one.total_fen for one in batches} == {
        stays.hospital.id: 100,
        other.hospital.id: 200,
    }
    assert idle.opened() is None


def test_opening_a_week_again_changes_nothing(stays, session):
    stays.closed(100)
    batch = stays.opened()
    assert stays.opened() is batch
    assert session.scalar(select(func.count(HospitalLine.id))) == 1


def test_a_letter_closed_after_the_week_waits_for_the_next_one(stays):
    stays.closed(100)
    stays.closed(200, at=datetime(2026, 11, 23, 0, 0, tzinfo=SHANGHAI))
    assert stays.opened(at=NEXT_MONDAY).total_fen == 100
    assert stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY).total_fen == 200


def test_a_week_that_nobody_opened_comes_along_with_the_next(stays):
    letter = stays.closed(100)
    batch = stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert [line.letter for line in batch.lines] == [letter]
    assert stays.opened(week=WEEK, at=NEXT_MONDAY) is None


def test_a_week_is_not_opened_before_it_is_over(stays):
    with pytest.raises(WeekNotOver):
        stays.opened(at=MONDAY - timedelta(days=1))


def test_a_difference_that_arises_later_is_a_line_of_its_own(stays):
    letter = stays.closed(30_000)
    stays.paid(stays.opened())
    stays.takes_off(letter, 4_000, at=TUESDAY + timedelta(days=8))
    stays.closed(10_000, at=TUESDAY + timedelta(days=7))
    batch = stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY)
    assert {(line.letter_id, line.nth, line.amount_fen) for line in batch.lines} >= {
        (letter.id, 2, -4_000)
    }
    assert batch.total_fen == 6_000
    stays.paid(batch, on="2026-12-02")
    assert owed(stays) == 0
    assert check_ledger().faults == []


def test_differences_alone_open_no_batch_but_wait_for_the_next_letters(stays):
    letter = stays.closed(30_000)
    stays.paid(stays.opened())
    stays.takes_off(letter, 4_000, at=TUESDAY + timedelta(days=8))
    assert stays.opened(week=NEXT_WEEK, at=NEXT_MONDAY) is None
    assert owed(stays) == -4_000


@pytest.mark.parametrize("role", [Role.BILLING_DESK, Role.CENTER_FINANCE, Role.ADMIN])
def test_only_the_alliances_finance_and_the_clock_open_a_week(stays, role):
    stays.closed(100)
    with pytest.raises(NotYourWeek):
        stays.opened(by=factories.make_staff(role))
    assert stays.opened(by=system()).opened_by == system()


def test_whoever_opened_a_batch_does_not_approve_it(stays):
    stays.closed(100)
    batch = stays.opened()
    with pytest.raises(OpenedItYourself) as refused:
        approve_hospital_batch(batch=batch, by=stays.clerk, at=MONDAY)
    assert refused.value.code == "same_person"
    assert stays.approved(batch).state == "approved"


def test_neither_the_clock_nor_another_role_approves(stays):
    stays.closed(100)
    batch = stays.opened()
    for person in (system(), stays.desk, factories.make_staff(Role.AUDITOR)):
        with pytest.raises(NotYourStep):
            approve_hospital_batch(batch=batch, by=person, at=MONDAY)


def test_only_an_approved_batch_is_ordered_and_it_is_ordered_once(stays, session):
    stays.closed(25_000)
    batch = stays.opened()
    with pytest.raises(WrongState):
        stays.ordered(batch)
    stays.approved(batch)
    with pytest.raises(NotYourStep):
        pay_hospitals(batches=[batch], by=stays.desk, at=MONDAY)
    order = stays.ordered(batch)
    assert stays.ordered(batch) is order
    assert order.reference == f"JY{stays.hospital.id:06d}202647"
    assert (order.account_number, order.amount_fen) == ("622800000001", 25_000)
    line = payment_csv([order]).decode("gb18030").splitlines()[1]
    assert line.startswith("1,第一人民医院,622800000001,中国银行上海分行,250.00,JY")


def test_a_hospital_without_an_account_is_not_paid(session):
    stays = Stays(bank_account_number="")
    stays.closed(100)
    batch = stays.approved(stays.opened())
    with pytest.raises(NoAccount):
        stays.ordered(batch)


def test_the_banks_confirmation_settles_what_is_owed(stays):
    stays.closed(25_000)
    batch = stays.opened()
    assert owed(stays) == 25_000
    order = stays.paid(batch)
    assert (batch.state, order.state, batch.paid_on.isoformat()) == ("paid", "paid", "2026-11-25")
    assert owed(stays) == 0
    assert check_ledger().faults == []


def test_one_statement_pays_a_centre_and_a_hospital(stays, session):
    week = Week()
    week.says(week.charged(10_000), 10_000)
    center_batch = week.opened()
    week.reported(center_batch)
    week.approved(center_batch)
    stays.closed(25_000)
    order = stays.ordered(stays.approved(stays.opened()))
    statement = stays.bank_says(("250.00", order.reference, "S1"), ("1.00", "JY00001202647", "S2"))
    assert [line.outcome for line in statement.lines] == ["matched", "unmatched"]
    matched = statement.lines[0]
    assert (matched.remittance_id, matched.hospital_remittance_id) == (None, order.id)
    assert center_batch.state == "approved"


def test_a_serial_number_pays_a_hospital_once_in_whatever_file(stays):
    stays.closed(25_000)
    order = stays.ordered(stays.approved(stays.opened()))
    stays.bank_says(("250.00", order.reference, "S1"))
    again = stays.bank_says(("250.00", order.reference, "S1"), ("1.00", "手续费", "S2"))
    assert (again.already_seen, order.paid_fen, owed(stays)) == (1, 25_000, 0)


def test_part_of_the_money_waits_for_the_rest(stays):
    stays.closed(25_000)
    batch = stays.opened()
    order = stays.ordered(stays.approved(batch))
    stays.bank_says(("100.00", order.reference, "S1"))
    assert (batch.state, order.state, owed(stays)) == ("remitted", "partly_paid", 15_000)
    stays.bank_says(("150.00", order.reference, "S2"))
    assert (batch.state, order.state, owed(stays)) == ("paid", "paid", 0)


def test_money_that_comes_back_is_owed_again_and_paid_under_a_new_reference(stays):
    stays.closed(25_000)
    batch = stays.opened()
    first = stays.paid(batch)
    stays.bank_says(("+250.00", f"退汇 {first.reference}", "S9"))
    assert (batch.state, batch.paid_on, owed(stays)) == ("approved", None, 25_000)
    assert live_hospital_remittance(batch) is None
    second = stays.ordered(batch)
    assert second.reference == f"{first.reference}R2"
    stays.bank_says(("250.00", first.reference, "S10"), ("250.00", second.reference, "S11"))
    assert (first.state, second.state, batch.state, owed(stays)) == ("returned", "paid", "paid", 0)
    assert check_ledger().faults == []


def test_the_alliance_sees_every_hospitals_batch_and_nobody_else_any(stays, session):
    stays.closed(100)
    batch = stays.opened()
    for role in Role:
        viewer = stays.desk if role == Role.BILLING_DESK else factories.make_staff(role)
        if role in (Role.ALLIANCE_FINANCE, Role.ADMIN, Role.AUDITOR):
            assert hospital_batch_for(batch.id, viewer) is batch
        else:
            assert session.scalars(visible_hospital_batches(viewer)).all() == []
            with pytest.raises(UnknownBatch):
                hospital_batch_for(batch.id, viewer)


def test_weeks_opened_by_many_at_once_hold_each_letter_once(app, stays, session):
    for fen in (100, 200, 300):
        stays.closed(fen)
    clerk = stays.clerk.id
    session.commit()

    def work(i):
        by = db.session.get_one(Staff, clerk)
        week = (WEEK, NEXT_WEEK)[i % 2]
        return len(open_hospital_week(week=week, by=by, at=NEXT_MONDAY))

    all_at_once(app, 6, work)
    session.rollback()
    assert session.scalar(select(func.count(HospitalBatch.id))) == 1
    assert session.scalar(select(func.sum(HospitalLine.amount_fen))) == 600


def test_a_batch_is_approved_ordered_and_paid_once_whatever_runs_at_once(app, stays, session):
    stays.closed(25_000)
    batch_id, chief, clerk = stays.opened().id, stays.chief.id, stays.clerk.id
    session.commit()

    def one():
        return db.session.get_one(HospitalBatch, batch_id)

    def approved(_):
        approve_hospital_batch(batch=one(), by=db.session.get_one(Staff, chief), at=MONDAY)
        return "approved"

    def ordered(_):
        by = db.session.get_one(Staff, clerk)
        return pay_hospitals(batches=[one()], by=by, at=MONDAY)[0].reference

    assert sorted(all_at_once(app, 4, approved)) == ["approved"] + ["wrong_state"] * 3
    (reference,) = set(all_at_once(app, 4, ordered))
    session.rollback()
    assert session.scalar(select(func.count(HospitalRemittance.id))) == 1
    stays.bank_says(("250.00", reference, "S1"))
    assert owed(stays) == 0
