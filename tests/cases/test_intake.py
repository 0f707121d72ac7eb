"""From the ring to the open case."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from guarantee.cases.intake import (
    CaseOfCallOpen,
    MemberFixed,
    OtherCenter,
    name_member,
    open_case,
    take_call,
)
from guarantee.cases.models import Call, Case, Condition
from guarantee.events import LiveEvent
from guarantee.letters.lifecycle import end_case
from guarantee.roles import Role
from tests import factories as make


def ring(center, at, caller="13800138000", call_id="c-1"):
    return take_call(call_id=call_id, center=center, extension="8001", caller=caller, at=at)


def test_a_call_finds_everybody_whose_phone_it_is_and_picks_nobody(session, at) -> None:
    father = make.make_enrolment(make.make_member("王伟", phone="13812345678")).member
    child = make.make_enrolment(make.make_member("王小雨", phone="13812345678")).member
    make.make_enrolment(make.make_member("路人"))
    call, candidates = ring(make.make_center(), at, "+86 138 1234 5678")
    assert {m.id for m in candidates} == {father.id, child.id}
    assert session.scalar(select(func.count(Case.id))) == 0
    assert call.caller == "13812345678"


def test_the_same_call_told_twice_counts_once(session, at) -> None:
    center = make.make_center()
    first, _ = ring(center, at)
    second, _ = ring(center, at)
    assert first.id == second.id
    assert session.scalar(select(func.count(Call.id))) == 1
    assert session.scalar(select(func.count(LiveEvent.id))) == 1


def test_a_call_told_again_with_another_number_is_still_the_first_callers(session, at) -> None:
    mine = make.make_enrolment(make.make_member(phone="13812345678")).member
    make.make_enrolment(make.make_member("路人", phone="13900000000"))
    center = make.make_center()
    ring(center, at, "13812345678")
    again, candidates = ring(center, at, "13900000000")
    assert again.caller == "13812345678"
    assert [member.id for member in candidates] == [mine.id]


def test_another_centre_may_use_the_same_call_id(session, at) -> None:
    first, _ = ring(make.make_center(), at)
    second, _ = ring(make.make_center(), at)
    assert first.id != second.id


def test_a_withheld_number_is_a_call_without_candidates(session, at) -> None:
    make.make_enrolment()
    call, candidates = ring(make.make_center(), at, "anonymous")
    assert (call.caller, candidates) == ("", [])


def test_a_local_number_is_completed_with_the_centres_area_code(session, at) -> None:
    member = make.make_enrolment(make.make_member(phone="02166661234")).member
    _, candidates = ring(make.make_center(area_code="021"), at, "66661234")
    assert [m.id for m in candidates] == [member.id]


def test_the_card_pops_up_at_the_extension_that_rang(session, at) -> None:
    ring(make.make_center("3101"), at)
    told = session.scalar(select(LiveEvent))
    assert (told.topic, told.kind) == ("extension:3101/8001", "call")
    assert "13800138000" not in str(told.payload)


def test_a_case_may_be_opened_before_anybody_knows_who_the_patient_is(session, at) -> None:
    dispatcher = make.make_staff(Role.DISPATCHER)
    case = open_case(
        center=dispatcher.center,
        caller="路人",
        condition=Condition.ACCIDENT,
        by=dispatcher,
        at=at,
    )
    assert (case.state, case.member, case.enrolment) == ("open", None, None)
    member = make.make_enrolment().member
    name_member(case=case, member=member, by=dispatcher, at=at)
    assert case.enrolment is not None


def asked_of_a_call(dispatcher, at):
    call, _ = ring(dispatcher.center, at)
    return {
        "center": dispatcher.center,
        "caller": "x",
        "condition": Condition.ACCIDENT,
        "by": dispatcher,
        "at": at,
        "call": call,
    }


def test_a_second_press_for_the_same_call_and_member_answers_the_case_there_is(session, at) -> None:
    dispatcher, member = make.make_staff(Role.DISPATCHER), make.make_enrolment().member
    asked = asked_of_a_call(dispatcher, at)
    first = open_case(member=member, **asked)
    assert open_case(member=member, **asked).id == first.id
    other = open_case(member=make.make_enrolment().member, incident=first.incident, **asked)
    assert other.id != first.id
    assert [c.id for c in first.incident.cases] == [first.id, other.id]


def test_a_call_has_one_open_case_for_a_member_whoever_names_them_later(session, at) -> None:
    dispatcher, member = make.make_staff(Role.DISPATCHER), make.make_enrolment().member
    asked = asked_of_a_call(dispatcher, at)
    unnamed, named = open_case(**asked), open_case(member=member, **asked)
    with pytest.raises(CaseOfCallOpen) as refused:
        name_member(case=unnamed, member=member, by=dispatcher, at=at)
    assert named.reference in refused.value.message()
    name_member(case=named, member=member, by=dispatcher, at=at)  # said once more
    end_case(case=named, outcome="false_call", by=dispatcher, at=at)
    name_member(case=unnamed, member=member, by=dispatcher, at=at)
    assert unnamed.member is member


def test_a_dispatcher_opens_no_case_for_another_centre(session, at) -> None:
    with pytest.raises(OtherCenter):
        make.make_case(by=make.make_staff(Role.DISPATCHER), center=make.make_center(), at=at)
    assert make.make_case(by=make.make_staff(Role.HOTLINE), at=at).state == "open"


def test_somebody_not_eligible_gets_a_case_all_the_same(session, at) -> None:
    member = make.make_member(stop_reason="核查")
    make.make_enrolment(member)
    case = make.make_case(enrolment=member.enrolments[0], at=at)
    assert case.member is member


def test_the_member_stays_once_the_case_is_verified(session, at) -> None:
    case = make.make_verified_case(at=at)
    with pytest.raises(MemberFixed):
        name_member(case=case, member=make.make_member(), by=case.opened_by, at=at)
