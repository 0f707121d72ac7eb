"""Who rang, who it may be, how they stand; the hand-over, the arrival, the hospitals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from guarantee.cases.arrival import arrived_at, note_arrival
from guarantee.cases.destinations import destinations
from guarantee.cases.hand_over import hand_over
from guarantee.cases.intake import OtherCenter, take_call
from guarantee.cases.outcomes import OUTCOMES, UnknownOutcome, outcome, outcome_words
from guarantee.cases.people import (
    UnknownCall,
    age_on,
    call_for,
    candidates_of,
    checks,
    recent_calls,
    standings,
)
from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.tickets import Ticket, finish
from tests import factories as make


def ring(center, at, caller="13800138000", call_id="c", extension="8001"):
    return take_call(call_id=call_id, center=center, extension=extension, caller=caller, at=at)[0]


def dispatcher(**more):
    return make.make_staff(Role.DISPATCHER, extension="8001", **more)


def test_a_desk_sees_the_calls_of_its_own_extension_newest_first(session, at) -> None:
    me = dispatcher()
    early = ring(me.center, at - timedelta(minutes=9), call_id="a")
    late = ring(me.center, at, call_id="b")
    ring(me.center, at, call_id="c", extension="8002")
    ring(make.make_center(), at, call_id="d")
    ring(me.center, at - timedelta(days=2), call_id="e")
    assert [r.call.id for r in recent_calls(me, at=at)] == [late.id, early.id]


def test_a_call_tells_how_many_it_may_be_and_how_often_they_rang(session, at) -> None:
    me = dispatcher()
    for _ in range(2):
        make.make_enrolment(make.make_member(phone="13812345678"))
    ring(me.center, at - timedelta(hours=1), "13812345678", "a")
    ring(me.center, at, "13812345678", "b")
    newest, before = recent_calls(me, at=at)
    assert (newest.candidates, newest.calls_before) == (2, 1)
    assert (before.calls_before, before.missed, newest.missed) == (0, True, False)


def test_a_call_with_its_case_is_not_a_missed_one(session, at) -> None:
    me = dispatcher()
    call = ring(me.center, at - timedelta(hours=1))
    case = make.make_case(center=me.center, by=me, call=call, at=at)
    (found,) = recent_calls(me, at=at)
    assert (found.case.id, found.missed) == (case.id, False)


def test_another_centres_call_is_as_unknown_as_none(session, at) -> None:
    theirs = ring(make.make_center(), at)
    for call_id in (theirs.id, 999):
        with pytest.raises(UnknownCall):
            call_for(call_id, dispatcher())
    assert call_for(theirs.id, make.make_staff(Role.HOTLINE)).id == theirs.id


def test_every_line_of_the_verdict_is_said(session, at) -> None:
    member = make.make_enrolment().member
    (good,) = standings([member], at=at)
    assert [c.tone for c in checks(good, at=at)] == ["ok"] * 4
    member.stop_reason = "核查"
    (stopped,) = standings([member], at=at)
    assert Words("该会员已暂停担保服务。", "Guarantees for this member are suspended.") in [
        c.words for c in checks(stopped, at=at) if c.tone == "bad"
    ]


def test_the_case_at_hand_is_not_another_open_case(session, at) -> None:
    case = make.make_case(at=at)
    (own,) = standings([case.member], at=at, besides=case)
    (seen,) = standings([case.member], at=at)
    assert own.assessment.verdict.warnings == ()
    assert seen.assessment.verdict.warnings == ("open_case",)


def test_a_withheld_number_has_no_candidates(session, at) -> None:
    make.make_enrolment()
    assert candidates_of(ring(make.make_center(), at, "anonymous"), at=at) == []


def test_age_is_in_whole_years(session, at) -> None:
    member = make.make_member()
    assert age_on(member, at) == 54
    member.birth_date = member.birth_date.replace(month=12)
    assert age_on(member, at) == 53
    member.birth_date = None
    assert age_on(member, at) is None


def test_handing_over_twice_is_one_ticket_until_it_is_done(session, at) -> None:
    case = make.make_case(at=at)
    asked = {"center": case.center, "case": case, "by": case.opened_by, "at": at}
    first = hand_over(**asked)
    assert hand_over(**asked).id == first.id
    assert first.kind == "hand_over"
    finish(ticket=first, answer="已处理", by=make.make_staff(), at=at)
    assert hand_over(**asked).id != first.id


def test_somebody_not_eligible_who_insists_is_recorded_as_that(session, at) -> None:
    enrolment = make.make_enrolment(make.make_member(stop_reason="核查"))
    case = make.make_case(enrolment=enrolment, at=at)
    ticket = hand_over(center=case.center, case=case, by=case.opened_by, at=at)
    assert ticket.kind == "not_eligible"


def test_a_call_without_a_case_can_be_handed_over_too(session, at) -> None:
    me = dispatcher()
    call, other = ring(me.center, at, call_id="a"), ring(me.center, at, call_id="b")
    asked = {"center": me.center, "by": me, "at": at}
    first = hand_over(call=call, **asked)
    assert hand_over(call=call, **asked).id == first.id
    assert hand_over(call=other, **asked).id != first.id
    assert session.scalar(select(func.count(Ticket.id))) == 2
    assert call.caller not in first.note


def test_nobody_hands_over_for_another_centre(session, at) -> None:
    with pytest.raises(OtherCenter):
        hand_over(center=make.make_center(), by=dispatcher(), at=at)


def test_an_arrival_is_noted_once_and_per_hospital(session, at) -> None:
    letter = make.make_letter(at=at)
    crew = make.make_staff(Role.CREW, center=letter.case.center)
    noted = {"case": letter.case, "hospital": letter.hospital, "by": crew}
    assert note_arrival(at=at, **noted) == at
    session.commit()
    assert note_arrival(at=at + timedelta(minutes=5), **noted) == at
    session.commit()
    assert arrived_at(letter.case, letter.hospital) == at
    assert arrived_at(letter.case, make.make_hospital()) is None


def test_the_network_of_the_own_city_comes_first(session) -> None:
    center = make.make_center(city_code="310100")
    full = make.make_hospital("甲医院", accepting=False)
    free = make.make_hospital("乙医院")
    make.make_hospital("南京医院", city_code="320100")
    outside = make.make_hospital("丙诊所", network=False)
    assert [h.id for h in destinations(center)] == [free.id, full.id]
    found = destinations(center, text="医院")
    assert [h.name for h in found] == ["乙医院", "甲医院", "南京医院"]
    assert [h.id for h in destinations(center, text=outside.code.lower())] == [outside.id]
    assert destinations(center, text="100%") == []


def test_only_the_outcomes_of_the_list_can_be_chosen() -> None:
    assert [outcome(code) for code in OUTCOMES] == list(OUTCOMES)
    for wrong in ("", "final_bill", "whatever"):
        with pytest.raises(UnknownOutcome):
            outcome(wrong)
    assert outcome_words("final_bill").en == "Settled by the final bill"
