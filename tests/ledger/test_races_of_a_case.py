"""A case that ends while somebody else still works on it."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.ledger.holds import remaining_fen
from guarantee.ledger.models import Hold
from guarantee.letters.copies import note_copy
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import end_case
from guarantee.letters.models import CopyEvent, LetterCopy
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from tests.factories import (
    SETTINGS,
    make_case,
    make_center,
    make_hospital,
    make_letter,
    make_staff,
    make_verified_case,
    verify_at_scene,
)
from tests.races import all_at_once, nothing_is_wrong

PAIRS = 8


def ended(case_id, by_id, at):
    case, by = db.session.get_one(Case, case_id), db.session.get_one(Staff, by_id)
    end_case(case=case, outcome="refused", by=by, at=at)
    return "ended"


def test_a_case_ended_while_its_letter_is_issued_stays_ended_and_holds_nothing(app, session, at):
    center, hospital, hotline = make_center(), make_hospital().id, make_staff("hotline").id
    cases = [make_verified_case(center=center, at=at) for _ in range(PAIRS)]
    ids = [case.id for case in cases]
    session.commit()

    def work(i):
        if i % 2:
            return ended(ids[i // 2], hotline, at)
        case = db.session.get_one(Case, ids[i // 2])
        issue(
            case=case,
            hospital=db.session.get_one(Hospital, hospital),
            channel="center",
            by=case.opened_by,
            at=at,
            settings=SETTINGS,
        )
        return "issued"

    told = all_at_once(app, 2 * PAIRS, work)
    nothing_is_wrong()
    session.expire_all()
    for case, pair in zip(cases, zip(told[::2], told[1::2], strict=True), strict=True):
        assert pair in (("issued", "ended"), ("wrong_state", "ended"))
        assert (case.state, case.outcome) == ("closed", "refused")
        assert remaining_fen(case.enrolment.cover) == case.enrolment.cover.sum_insured_fen
    assert not session.scalar(select(func.sum(Hold.held_fen)))


def test_a_case_ended_by_8_at_once_is_ended_once(app, session, at):
    case, hotline = make_verified_case(at=at).id, make_staff("hotline").id
    session.commit()
    told = Counter(all_at_once(app, 8, lambda _: ended(case, hotline, at)))
    assert told == {"ended": 1, "wrong_state": 7}
    nothing_is_wrong()
    records = select(func.count(AuditRecord.id)).where(AuditRecord.action == "case closed")
    assert session.scalar(records) == 1


def test_a_case_ended_while_the_crew_verifies_it_stays_ended(app, session, at):
    center, hotline = make_center(), make_staff("hotline").id
    crew = make_staff("crew", center=center).id
    cases = [make_case(center=center, at=at) for _ in range(PAIRS)]
    ids = [case.id for case in cases]
    session.commit()

    def work(i):
        if i % 2:
            return ended(ids[i // 2], hotline, at)
        case = db.session.get_one(Case, ids[i // 2])
        verify_at_scene(case, by=db.session.get_one(Staff, crew), at=at)
        return "verified"

    told = all_at_once(app, 2 * PAIRS, work)
    assert set(told[::2]) <= {"verified", "wrong_state"}
    assert set(told[1::2]) == {"ended"}
    nothing_is_wrong()
    session.expire_all()
    assert {case.state for case in cases} == {"closed"}


def test_a_copy_scanned_by_8_at_once_was_handed_over_once(app, session, at):
    letter = make_letter(at=at)
    copy, by = letter.copies[0].id, letter.issued_by_id
    session.commit()

    def work(_):
        return note_copy(
            copy=db.session.get_one(LetterCopy, copy),
            event="handed_over",
            by=db.session.get_one(Staff, by),
            at=at,
        ).state

    assert set(all_at_once(app, 8, work)) == {"handed_over"}
    assert session.scalar(select(func.count(CopyEvent.id))) == 1
