"""One case, one letter; one cover, never more than its sum: whatever runs at the same time."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.ledger.holds import remaining_fen
from guarantee.ledger.models import Hold
from guarantee.letters.issue import issue
from guarantee.letters.models import Letter
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from tests.factories import (
    SETTINGS,
    make_center,
    make_enrolment,
    make_hospital,
    make_staff,
    make_verified_case,
)
from tests.races import all_at_once, never_overdrawn, nothing_is_wrong


def issued(case_id, hospital_id, at, by_id=None):
    case = db.session.get_one(Case, case_id)
    return issue(
        case=case,
        hospital=db.session.get_one(Hospital, hospital_id),
        channel="center",
        by=db.session.get_one(Staff, by_id) if by_id else case.opened_by,
        at=at,
        settings=SETTINGS,
    )


def test_32_requests_for_one_case_get_one_and_the_same_number(app, session, at):
    case, hospital = make_verified_case(at=at), make_hospital()
    by = [make_staff("dispatcher", center=case.center).id for _ in range(4)]
    session.commit()
    case_id, hospital_id = case.id, hospital.id

    def work(i):
        answer = issued(case_id, hospital_id, at, by[i % 4])
        return answer.letter.number, answer.fresh

    answers = Counter(all_at_once(app, 32, work))
    session.rollback()
    number = session.scalars(select(Letter.number)).one()
    assert answers == {(number, True): 1, (number, False): 31}
    assert session.scalar(select(func.count(Hold.id))) == 2
    nothing_is_wrong()


def test_one_cover_drained_by_32_cases_is_never_overdrawn(app, session, at):
    # room for five whole letters and one of 350 yuan
    enrolment = make_enrolment(sum_insured_fen=3_035_000)
    center = make_center()
    cases = [make_verified_case(at=at, enrolment=enrolment, center=center).id for _ in range(32)]
    hospital = make_hospital().id
    session.commit()

    answers = all_at_once(app, 32, lambda i: issued(cases[i], hospital, at).letter.number)
    session.expire_all()
    letters = {
        letter.number: letter.pre_hospital_fen + letter.in_hospital_fen
        for letter in session.scalars(select(Letter))
    }
    assert Counter(a if a in letters else f"told {a}" for a in answers) == {
        **dict.fromkeys(letters, 1),
        "told not_eligible": 26,
    }
    assert sorted(letters.values()) == [35_000] + [600_000] * 5
    assert remaining_fen(enrolment.cover) == 0
    assert session.scalar(select(func.sum(Hold.placed_fen))) == 3_035_000
    never_overdrawn(enrolment.cover)
    nothing_is_wrong()
