"""A patient is named at one desk while a case is opened for them at the next, of the same call."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from guarantee.cases.intake import name_member, open_case, take_call
from guarantee.cases.models import Call, Case, Condition
from guarantee.db import db
from guarantee.members.models import Member
from guarantee.parties.staff import Staff
from tests.factories import make_enrolment, make_staff
from tests.races import all_at_once, nothing_is_wrong

PAIRS = 8


def test_a_member_has_one_open_case_of_a_call_whichever_desk_is_quicker(app, session, at):
    dispatcher, member = make_staff("dispatcher"), make_enrolment().member
    center = dispatcher.center
    calls = [
        take_call(call_id=f"c-{n}", center=center, extension="8001", caller="13800138000", at=at)[0]
        for n in range(PAIRS)
    ]
    shared = {"center": center, "caller": "x", "condition": Condition.ACCIDENT, "at": at}
    unnamed = [open_case(call=call, by=dispatcher, **shared) for call in calls]
    session.commit()
    desk, patient = dispatcher.id, member.id
    ids = [(call.id, case.id) for call, case in zip(calls, unnamed, strict=True)]

    def work(i):
        call_id, case_id = ids[i // 2]
        by, named = db.session.get_one(Staff, desk), db.session.get_one(Member, patient)
        if i % 2:
            name_member(case=db.session.get_one(Case, case_id), member=named, by=by, at=at)
            return "named"
        call = db.session.get_one(Call, call_id)
        open_case(call=call, member=named, by=by, **{**shared, "center": by.center})
        return "opened"

    told = all_at_once(app, 2 * PAIRS, work)
    nothing_is_wrong()
    assert set(told[::2]) == {"opened"}
    assert set(told[1::2]) <= {"named", "case_of_call_open"}
    of_calls = Counter(session.scalars(select(Case.call_id).where(Case.member_id == patient)))
    assert of_calls == {call_id: 1 for call_id, _ in ids}
