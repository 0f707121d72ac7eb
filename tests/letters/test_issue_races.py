"""One case, one letter; one cover, never more than its sum: whatever runs at the same time."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.models import Account, AccountKind
from guarantee.letters import lifecycle
from guarantee.letters.issue import issue
from guarantee.letters.models import Letter
from guarantee.letters.top_up import ask, decide
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from tests.factories import (
    SETTINGS,
    make_center,
    make_enrolment,
    make_hospital,
    make_letter,
    make_presented_letter,
    make_staff,
    make_verified_case,
)
from tests.races import all_at_once


def _issue(case_id, hospital_id, at):
    case = db.session.get_one(Case, case_id)
    return issue(
        case=case,
        hospital=db.session.get_one(Hospital, hospital_id),
        channel="center",
        by=case.opened_by,
        at=at,
        settings=SETTINGS,
    ).letter.number


def test_16_requests_for_one_case_get_one_and_the_same_number(app, session, at):
    case, hospital = make_verified_case(at=at).id, make_hospital().id
    session.commit()
    numbers = all_at_once(app, 16, lambda _: _issue(case, hospital, at))
    assert len(set(numbers)) == 1
    assert len(numbers[0]) == 16
    assert session.scalar(select(func.count(Letter.id))) == 1
    assert check_ledger().faults == []


def test_one_cover_drained_by_12_cases_is_never_overdrawn(app, session, at):
    # room for two whole letters and one of 350 yuan
    enrolment = make_enrolment(sum_insured_fen=1_235_000)
    center = make_center()
    cases = [make_verified_case(at=at, enrolment=enrolment, center=center).id for _ in range(12)]
    hospital = make_hospital().id
    session.commit()
    answers = Counter(
        "number" if len(a) == 16 and a.isdigit() else a
        for a in all_at_once(app, 12, lambda i: _issue(cases[i], hospital, at))
    )
    assert answers == {"number": 3, "not_eligible": 9}
    session.expire_all()
    balances = dict(
        session.execute(
            select(Account.kind, func.sum(Account.balance_fen))
            .where(Account.owner_id == enrolment.cover_id)
            .group_by(Account.kind)
        ).all()
    )
    assert balances[AccountKind.COVER_AVAILABLE] == 0
    assert balances[AccountKind.COVER_HELD] == 1_235_000
    assert check_ledger().faults == []


def test_lapsing_and_presenting_at_once_ends_in_one_of_the_two(app, session, at):
    letter = make_letter(at=at)
    desk, system = make_staff("billing_desk", hospital=letter.hospital), make_staff("admin")
    ids, late = (letter.id, desk.id, system.id), letter.lapses_at.replace(year=2027)
    on_time = letter.lapses_at
    session.commit()

    def work(i):
        if i % 2:
            lifecycle.lapse_due(at=late, by=db.session.get_one(Staff, ids[2]))
            return "swept"
        presented = db.session.get_one(Letter, ids[0])
        by = db.session.get_one(Staff, ids[1])
        return lifecycle.present(letter=presented, by=by, at=on_time).state

    answers = all_at_once(app, 8, work)
    session.expire_all()
    state = session.get_one(Letter, ids[0]).state
    assert state in ("presented", "lapsed")
    expected = {"swept", "presented"} if state == "presented" else {"swept", "wrong_state"}
    assert set(answers) == expected
    assert check_ledger().faults == []


def test_two_decisions_on_one_request_give_one_top_up(app, session, at):
    letter = make_presented_letter(at=at)
    desk, hotline = make_staff("billing_desk", hospital=letter.hospital), make_staff("hotline")
    request = ask(
        letter=letter,
        amount_fen=300_000,
        reason="手术",
        setting="inpatient",
        by=desk,
        at=at,
        settings=SETTINGS,
    )
    ids = (request.id, hotline.id)
    session.commit()

    def work(_):
        return decide(
            request=db.session.get_one(type(request), ids[0]),
            approve=True,
            amount_fen=None,
            reason="",
            by=db.session.get_one(Staff, ids[1]),
            at=at,
            settings=SETTINGS,
        ).state

    answers = Counter(all_at_once(app, 6, work))
    assert answers == {"granted": 1, "wrong_state": 5}
    assert check_ledger().faults == []
