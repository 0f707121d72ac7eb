from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantee.business_time import business_day
from guarantee.charges import checks
from guarantee.charges.final_bill import (
    BillDiffers,
    close_with_final_bill,
    final_bill_of,
    preview_bill,
)
from guarantee.charges.lines import ImpossibleDay
from guarantee.charges.models import Charge, FinalBill
from guarantee.charges.stay import charged
from guarantee.db import broke, db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.holds import holds_of, remaining_fen
from guarantee.ledger.models import AccountKind, Part
from guarantee.letters.models import TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import ask
from guarantee.letters.verify import check_number
from guarantee.letters.visible import UnknownLetter
from guarantee.roles import Role
from guarantee.tables import WrongState
from guarantee.tickets import Ticket
from tests.charges.situations import desk_of, ended, finance_of, line, post, ride
from tests.charges.test_posting import top_up
from tests.factories import (
    SETTINGS,
    make_enrolment,
    make_letter,
    make_presented_letter,
    make_staff,
    make_verified_case,
)


@pytest.fixture
def letter(session, at):
    return make_presented_letter(at=at)


def close(letter, at, **more):
    return close_with_final_bill(letter=letter, by=desk_of(letter), at=at, **more)


def cover_left(letter):
    return remaining_fen(letter.case.enrolment.cover)


def test_what_was_used_stays_captured_and_the_rest_of_both_parts_goes_back(letter, at):
    post(letter, ride(60_000), at=at)
    post(letter, line(200_000), line(30_000, in_scope=False), at=at)
    bill = close(letter, at, total_fen=230_000)
    assert (bill.total_fen, bill.guaranteed_fen, bill.patient_fen) == (230_000, 200_000, 30_000)
    assert (bill.self_pay_fen, bill.excess_fen, bill.released_fen) == (30_000, 0, 340_000)
    assert bill.billed_on == business_day(at)
    assert cover_left(letter) == 10_000_000 - 260_000
    assert (letter.state, letter.case.state, letter.case.outcome) == (
        "closed",
        "closed",
        "final_bill",
    )
    assert {h.held_fen for h in holds_of([letter.id])} == {0}
    assert check_ledger().faults == []


def test_the_question_asked_back_states_the_figures_that_closing_then_gives(letter, at):
    post(letter, line(520_000), line(10_000, in_scope=False), at=at)
    asked = preview_bill(letter)
    bill = close(letter, at)
    for figure in ("total", "guaranteed", "patient", "self_pay", "excess", "released"):
        assert getattr(asked, f"{figure}_fen") == getattr(bill, f"{figure}_fen")
    assert asked.excess_fen == 20_000


def test_the_patient_is_called_back_within_a_day(letter, at, session):
    close(letter, at)
    ticket = session.scalars(select(Ticket).where(Ticket.kind == "call_back")).one()
    assert (ticket.case_id, ticket.due_at) == (letter.case_id, at + timedelta(hours=24))


def test_top_ups_end_with_the_stay_and_an_open_request_is_withdrawn(letter, at, session):
    amendment = top_up(letter, 300_000, at)
    post(letter, line(600_000), at=at)
    ask(
        letter=letter,
        amount_fen=100_000,
        reason="续",
        setting="inpatient",
        by=desk_of(letter),
        at=at,
        settings=SETTINGS,
    )
    bill = close(amendment, at)
    assert bill.letter_id == letter.id
    assert (amendment.state, bill.guaranteed_fen) == ("closed", 600_000)
    states = session.scalars(select(TopUpRequest.state).order_by(TopUpRequest.id)).all()
    assert states == ["granted", "withdrawn"]
    assert cover_left(letter) == 10_000_000 - 600_000


def test_a_bill_that_differs_from_the_lines_is_refused_with_both_figures(letter, at):
    post(letter, line(200_000), at=at)
    with pytest.raises(BillDiffers) as refused:
        close(letter, at, total_fen=200_001)
    assert "2,000.01" in refused.value.message("zh")
    assert "2,000.00" in refused.value.message("zh")
    assert refused.value.field == "total_fen"
    assert (letter.state, final_bill_of(letter)) == ("presented", None)


def test_the_same_bill_again_answers_the_bill_there_is(letter, at):
    post(letter, line(200_000), at=at)
    bill = close(letter, at, total_fen=200_000)
    assert close(letter, at + timedelta(minutes=1)) is bill
    assert close(letter, at, total_fen=200_000) is bill
    with pytest.raises(WrongState):
        close(letter, at, total_fen=199_999)


@pytest.mark.parametrize("state", ["issued", "lapsed", "voided"])
def test_only_a_letter_that_the_hospital_accepted_can_be_closed(session, at, state):
    letter = ended(make_letter(at=at), state, at)
    with pytest.raises(WrongState):
        close(letter, at)


def test_another_hospital_can_not_close_it(letter, at):
    with pytest.raises(UnknownLetter):
        close_with_final_bill(letter=letter, by=make_staff(Role.BILLING_DESK), at=at)


def test_a_bill_of_tomorrow_is_refused(letter, at):
    with pytest.raises(ImpossibleDay) as refused:
        close(letter, at, billed_on=business_day(at) + timedelta(days=1))
    assert refused.value.field == "billed_on"


def test_after_closing_the_hospital_posts_no_more(letter, at):
    close(letter, at)
    with pytest.raises(checks.LetterClosed):
        post(letter, line(), at=at)


def test_a_late_pre_hospital_charge_holds_again_what_it_needs(letter, at):
    close(letter, at)
    posted = post(letter, ride(70_000), at=at)
    assert (posted.captured_fen, posted.remaining_fen, posted.patient_fen) == (70_000, 0, 0)
    assert cover_left(letter) == 10_000_000 - 70_000
    assert -balance(AccountKind.CENTER_PAYABLE, letter.case.center_id) == 70_000
    again = post(letter, ride(50_000), at=at)
    assert (again.captured_fen, again.patient_fen) == (100_000, 20_000)
    assert check_ledger().faults == []


def test_a_late_charge_takes_no_more_than_the_cover_still_has(session, at):
    enrolment = make_enrolment(sum_insured_fen=640_000)
    letter = make_presented_letter(case=make_verified_case(enrolment=enrolment, at=at), at=at)
    post(letter, line(500_000), at=at)
    close(letter, at)
    second = make_presented_letter(case=make_verified_case(enrolment=enrolment, at=at), at=at)
    assert position_of(second).in_hospital.guaranteed_fen == 40_000
    assert cover_left(letter) == 0
    posted = post(letter, ride(70_000), at=at)
    assert (posted.captured_fen, posted.patient_fen) == (0, 70_000)
    close(second, at)
    # what it has missed is not taken up later: the week it belonged to may be settled
    posted = post(letter, ride(30_000), at=at)
    assert (posted.captured_fen, posted.patient_fen) == (30_000, 70_000)
    assert check_ledger().faults == []


def test_a_late_refund_goes_straight_back_to_the_cover(letter, at):
    post(letter, ride(70_000), at=at)
    close(letter, at)
    posted = post(letter, ride(-20_000), at=at)
    assert (posted.captured_fen, posted.remaining_fen) == (50_000, 0)
    assert cover_left(letter) == 10_000_000 - 50_000
    assert check_ledger().faults == []


def test_a_bill_of_a_stay_that_cost_nothing_releases_everything(letter, at):
    bill = close(letter, at)
    assert (bill.total_fen, bill.released_fen) == (0, 600_000)
    assert cover_left(letter) == 10_000_000


def test_the_books_agree_with_the_lines_after_a_whole_stay(letter, at, session):
    desk, finance = desk_of(letter), finance_of(letter)
    post(letter, ride(90_000), by=finance, at=at)
    for day in range(12):
        lines = [line(55_000, code=f"D{day}"), line(8_000, code="Z", in_scope=False)]
        post(letter, *lines, by=desk, at=at)
        if day == 7:
            top_up(letter, 200_000, at)
        if day % 4 == 3:
            post(letter, line(-20_000, code=f"D{day}"), by=desk, at=at)
    bill = close(letter, at)
    assert bill.total_fen == 12 * 63_000 - 60_000
    assert bill.guaranteed_fen == 600_000
    assert charged(letter).guaranteed_fen == position_of(letter).in_hospital.captured_fen
    by_line = sum(c.guaranteed_fen for c in session.scalars(select(Charge)))
    captured = balance(AccountKind.COVER_CAPTURED, letter.case.enrolment.cover_id)
    assert by_line == captured == 690_000
    assert -balance(AccountKind.HOSPITAL_PAYABLE, letter.hospital_id) == 600_000
    assert check_ledger().faults == []


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_final_bills_adds_up", {"total_fen": 1}),
        ("ck_final_bills_as_stated", {"stated_fen": 5}),
        ("ck_final_bills_self_pay_within_share", {"self_pay_fen": 50_000}),
        ("ck_final_bills_released_not_negative", {"released_fen": -1}),
        ("ck_final_bills_guaranteed_not_negative", {"guaranteed_fen": -1, "patient_fen": 230_001}),
        ("uq_final_bills_letter_id", {}),
    ],
)
def test_the_database_itself_refuses_a_bill_that_breaks_a_rule(
    letter, at, session, constraint, change
):
    post(letter, line(200_000), line(30_000, in_scope=False), at=at)
    kept = close(letter, at)
    session.commit()
    facts = {c.name: getattr(kept, c.name) for c in FinalBill.__table__.columns if c.name != "id"}
    if change:
        facts["letter_id"] = make_letter(at=at).id
    db.session.add(FinalBill(**{**facts, **change}))
    with pytest.raises(IntegrityError) as broken:
        session.flush()
    session.rollback()
    assert broke(broken.value, constraint)


def test_pre_hospital_lines_do_not_enter_the_hospitals_bill(letter, at):
    post(letter, ride(90_000), at=at)
    assert preview_bill(letter).total_fen == 0
    assert charged(letter, Part.PRE_HOSPITAL).total_fen == 90_000


def test_after_closing_any_number_still_answers_with_the_total_and_admits_nobody(letter, at):
    close(letter, at)
    answer = check_number(letter.number, at=at)
    assert (answer.state, answer.in_hospital_total_fen) == ("closed", 500_000)
    assert answer.current_number == letter.number
    assert not answer.admit
