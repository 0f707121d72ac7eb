"""Issuing: one letter a case, never more than the cover, every refusal with its reason."""

from __future__ import annotations

import pytest

from guarantee.cases.first_guarantee import set_first_guarantee
from guarantee.ledger.check import check_ledger
from guarantee.ledger.holds import remaining_fen
from guarantee.letters import issue as issuing
from guarantee.letters import lifecycle, number
from guarantee.letters.snapshot import content_of
from guarantee.letters.verify import check_number
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.tables import WrongState
from tests.factories import (
    SETTINGS,
    make_case,
    make_enrolment,
    make_hospital,
    make_letter,
    make_member,
    make_presented_letter,
    make_staff,
    make_verified_case,
)


def issue(case, hospital=None, at=None, by=None):
    return issuing.issue(
        case=case,
        hospital=hospital or make_hospital(),
        channel="center",
        by=by or case.opened_by,
        at=at,
        settings=SETTINGS,
    )


def test_a_first_letter_holds_1000_and_5000_yuan(session, at):
    case = make_verified_case(at=at, enrolment=make_enrolment(sum_insured_fen=10_000_000))
    letter = issue(case, at=at).letter
    assert (letter.pre_hospital_fen, letter.in_hospital_fen) == (100_000, 500_000)
    assert remaining_fen(case.enrolment.cover) == 9_400_000
    assert number.parse(letter.number).startswith(case.center.code)
    assert case.state == "guaranteed"
    session.commit()
    assert check_ledger().faults == []


def test_a_letter_that_would_guarantee_nothing_is_not_issued(session, at):
    headquarters = make_staff(Role.ADMIN)
    set_first_guarantee(
        valid_from=at.date(), pre_hospital_fen=0, in_hospital_fen=0, by=headquarters, at=at
    )
    case = make_verified_case(at=at)
    with pytest.raises(issuing.NothingToGuarantee):
        issue(case, at=at)
    assert remaining_fen(case.enrolment.cover) == case.enrolment.cover.sum_insured_fen


@pytest.mark.parametrize(
    ("insured", "pre", "within"),
    [(600_000, 100_000, 500_000), (350_000, 100_000, 250_000), (40_000, 40_000, 0)],
)
def test_where_less_remains_pre_hospital_is_held_first(session, at, insured, pre, within):
    letter = make_letter(at=at, enrolment=make_enrolment(sum_insured_fen=insured))
    assert (letter.pre_hospital_fen, letter.in_hospital_fen) == (pre, within)
    assert content_of(letter).in_hospital_fen == within


def test_a_second_press_answers_the_letter_there_is(session, at):
    case, hospital = make_verified_case(at=at), make_hospital()
    first = issue(case, hospital, at)
    again = issue(case, hospital, at)
    assert first.fresh
    assert not again.fresh
    assert again.letter is first.letter


def test_a_second_letter_to_another_hospital_is_refused(session, at):
    case = make_verified_case(at=at)
    issue(case, at=at)
    with pytest.raises(issuing.LetterExists):
        issue(case, at=at)


def test_an_exhausted_cover_guarantees_nothing_more(session, at):
    enrolment = make_enrolment(sum_insured_fen=600_000)
    make_letter(at=at, enrolment=enrolment)
    with pytest.raises(issuing.NotEligible, match="used up"):
        issue(make_verified_case(at=at, enrolment=enrolment), at=at)


def test_without_verification_there_is_no_number(session, at):
    with pytest.raises(issuing.NotVerified):
        issue(make_case(at=at), at=at)


def test_a_condition_out_of_scope_gets_no_letter(session, at):
    with pytest.raises(issuing.ConditionOutOfScope):
        issue(make_verified_case(at=at, in_scope=False), at=at)


def test_an_exclusion_that_applies_is_named(session, at):
    with pytest.raises(issuing.ExclusionApplies, match="DRUNK"):
        issue(make_verified_case(at=at, applies=True), at=at)


def test_a_hospital_that_is_full_is_refused(session, at):
    with pytest.raises(issuing.HospitalNotAccepting):
        issue(make_verified_case(at=at), make_hospital(accepting=False), at)


def test_a_character_that_no_font_has_is_named_before_a_number_exists(session, at):
    enrolment = make_enrolment(make_member("王\U0003fffd"))
    with pytest.raises(Refusal) as refused:
        make_letter(at=at, enrolment=enrolment)
    assert refused.value.code == "characters_missing"


def test_a_voided_letter_gives_its_money_back_and_the_next_one_names_it(session, at):
    case, hospital = make_verified_case(at=at), make_hospital()
    old = issue(case, hospital, at).letter
    lifecycle.void(letter=old, reason="写错医院", by=case.opened_by, at=at)
    assert remaining_fen(case.enrolment.cover) == 10_000_000
    new = issue(case, hospital, at).letter
    assert new.number != old.number
    assert content_of(new).replaces == old.number
    answer = check_number(old.number, at=at)
    assert (answer.state, answer.replaced_by) == ("voided", new.number)
    assert not answer.admit


def test_a_presented_letter_can_not_be_voided(session, at):
    letter = make_presented_letter(at=at)
    with pytest.raises(WrongState):
        lifecycle.void(letter=letter, reason="x", by=letter.issued_by, at=at)


def test_the_hospital_can_hand_a_letter_back_while_nothing_is_captured(session, at):
    letter = make_presented_letter(at=at)
    desk = make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    lifecycle.hand_back(letter=letter, reason="患者转院", by=desk, at=at)
    assert letter.state == "issued"


def test_a_letter_not_presented_in_time_lapses_once(session, at):
    letter = make_letter(at=at)
    by = make_staff(Role.ADMIN)
    later = letter.lapses_at.replace(year=2027)
    assert lifecycle.lapse_due(at=letter.lapses_at, by=by) == []
    assert lifecycle.lapse_due(at=later, by=by) == [letter]
    assert lifecycle.lapse_due(at=later, by=by) == []
    assert remaining_fen(letter.case.enrolment.cover) == 10_000_000
    assert letter.case.state == "verified"


def test_the_public_answer_masks_the_holder_and_counts_time_before_the_job_does(session, at):
    letter = make_letter(at=at)
    answer = check_number(number.grouped(letter.number), at=at)
    assert (answer.holder, answer.in_hospital_total_fen, answer.state) == ("王*", 500_000, "issued")
    late = check_number(letter.number, at=letter.lapses_at.replace(year=2027))
    assert (late.state, late.admit) == ("lapsed", False)


def test_an_unknown_number_is_told_from_a_mistyped_one(session, at):
    assert not check_number(number.new("3101"), at=at).genuine
    with pytest.raises(number.BadNumber):
        check_number("3101 4728 0915 3643", at=at)
