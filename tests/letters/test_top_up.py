"""Top-ups: increase and new total, within cover and cap."""

from __future__ import annotations

import pytest

from guarantee.ledger.check import check_ledger
from guarantee.ledger.holds import remaining_fen
from guarantee.letters import top_up
from guarantee.letters.lifecycle import hand_back, present
from guarantee.letters.snapshot import content_of
from guarantee.letters.verify import check_number
from guarantee.tables import WrongState
from tests.factories import (
    SETTINGS,
    make_enrolment,
    make_letter,
    make_presented_letter,
    make_product,
    make_staff,
)


def ask(letter, amount_fen=300_000, *, at, setting="inpatient"):
    return top_up.ask(
        letter=letter,
        amount_fen=amount_fen,
        reason="手术费用",
        setting=setting,
        by=make_staff("billing_desk", hospital=letter.hospital),
        at=at,
        settings=SETTINGS,
    )


def decide(request, *, at, approve=True, amount_fen=None, reason=""):
    return top_up.decide(
        request=request,
        approve=approve,
        amount_fen=amount_fen,
        reason=reason,
        by=make_staff("hotline"),
        at=at,
        settings=SETTINGS,
    )


def test_a_granted_top_up_states_the_increase_and_the_new_total(session, at):
    letter = make_presented_letter(at=at)
    granted = decide(ask(letter, at=at), at=at)
    content = content_of(granted.top_up)
    assert (content.increase_fen, content.total_in_hospital_fen) == (300_000, 800_000)
    assert content.amends == letter.number
    assert remaining_fen(letter.case.enrolment.cover) == 10_000_000 - 600_000 - 300_000
    assert check_ledger().faults == []


def test_any_number_of_the_case_answers_with_the_current_total(session, at):
    letter = make_presented_letter(at=at)
    newest = decide(ask(letter, at=at), at=at).top_up
    for number in (letter.number, newest.number):
        answer = check_number(number, at=at)
        assert answer.in_hospital_total_fen == 800_000
        assert answer.current_number == newest.number
        assert answer.state == "presented"


def test_a_top_up_can_be_granted_in_part(session, at):
    request = decide(ask(make_presented_letter(at=at), at=at), at=at, amount_fen=100_000)
    assert request.top_up.in_hospital_fen == 100_000


def test_a_denial_needs_a_reason(session, at):
    request = ask(make_presented_letter(at=at), at=at)
    with pytest.raises(top_up.ReasonMissing):
        decide(request, at=at, approve=False)
    assert decide(request, at=at, approve=False, reason="病情与事故无关").state == "denied"


def test_more_than_the_remaining_cover_is_never_granted(session, at):
    letter = make_presented_letter(at=at, enrolment=make_enrolment(sum_insured_fen=700_000))
    request = ask(letter, 200_000, at=at)
    assert top_up.most_that_can_be_granted(request) == 100_000
    with pytest.raises(top_up.AboveRemaining):
        decide(request, at=at)
    assert decide(request, at=at, amount_fen=100_000).state == "granted"
    assert check_ledger().faults == []


def test_the_products_cap_binds_the_top_up_but_not_the_first_guarantee(session, at):
    product = make_product(outpatient_cap_fen=400_000, inpatient_cap_fen=600_000)
    letter = make_presented_letter(at=at, enrolment=make_enrolment(product=product))
    assert letter.in_hospital_fen == 500_000  # above the outpatient cap
    request = ask(letter, 200_000, at=at)
    with pytest.raises(top_up.AboveCap):
        decide(request, at=at)
    assert decide(request, at=at, amount_fen=100_000).top_up.total_in_hospital_fen == 600_000
    none_left = ask(letter, 1, at=at, setting="outpatient")
    assert top_up.most_that_can_be_granted(none_left) == 0


def test_one_request_waits_at_a_time(session, at):
    letter = make_presented_letter(at=at)
    ask(letter, at=at)
    with pytest.raises(top_up.RequestOpen):
        ask(letter, at=at)


def test_a_withdrawn_request_can_not_be_granted(session, at):
    request = ask(make_presented_letter(at=at), at=at)
    top_up.withdraw(request=request, by=request.asked_by, at=at)
    with pytest.raises(WrongState):
        decide(request, at=at)


def test_before_the_hospital_has_the_letter_there_is_nothing_to_top_up(session, at):
    with pytest.raises(top_up.NotPresented):
        ask(make_letter(at=at), at=at)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_that_is_not_positive_is_refused(session, at, amount):
    with pytest.raises(top_up.AmountNotPositive):
        ask(make_presented_letter(at=at), amount, at=at)


@pytest.mark.parametrize("confirmed", [False, True])
def test_handing_the_letter_back_takes_its_top_ups_along(session, at, confirmed):
    letter = make_presented_letter(at=at)
    granted = decide(ask(letter, at=at), at=at)
    if confirmed:
        present(letter=granted.top_up, by=granted.asked_by, at=at)
    hand_back(letter=letter, reason="转院", by=granted.asked_by, at=at)
    assert (granted.top_up.state, granted.top_up.presented_at) == ("voided", None)
    assert remaining_fen(letter.case.enrolment.cover) == 10_000_000 - 600_000
    assert check_ledger().faults == []
