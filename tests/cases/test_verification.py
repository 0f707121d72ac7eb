"""Verification at the scene, and every way it is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from guarantee.cases.models import Method
from guarantee.cases.verification import (
    CaseWithoutMember,
    DocumentMismatch,
    ExclusionsIncomplete,
    ExclusionsOutdated,
    ProvisionalByHotline,
    exclusions_of,
    verify,
)
from guarantee.events import LiveEvent
from guarantee.letters.lifecycle import end_case
from guarantee.members.identity import BadIdChecksum, MissingDocument, UnknownDocumentType
from guarantee.parties.insurers import new_exclusion_version
from guarantee.roles import Role
from guarantee.tables import WrongState
from tests import factories as make


def report(case, at, **more):
    """What a crew that found everything in order sends."""
    clauses = exclusions_of(case, at=at)
    said = {
        "method": Method.DOCUMENT,
        "document_type_text": case.member.document_type if case.member else "resident_id",
        "document_number": case.member.document_number if case.member else "",
        "condition_in_scope": True,
        "answers": {c.code: False for c in clauses.clauses} if clauses else {},
        "exclusions_version": clauses.label if clauses else "",
        "by": make.make_staff(Role.CREW, center=case.center),
        "at": at,
        "provisional_for": timedelta(hours=24),
    }
    return verify(case=case, **{**said, **more})


def test_a_clear_report_verifies_the_case_and_tells_the_desk(session, at) -> None:
    case = make.make_case(at=at)
    report(case, at)
    assert case.state == "verified"
    assert case.verification.document_due_at is None
    told = session.scalars(select(LiveEvent).where(LiveEvent.kind == "verified")).all()
    assert [e.payload for e in told] == [{"case": case.id}]


def test_the_number_may_be_typed_as_people_type(session, at) -> None:
    case = make.make_case(at=at)
    number = case.member.document_number
    report(case, at, document_number=f" {number[:6]} {number[6:].lower()} ")
    assert case.state == "verified"


def test_what_stands_against_a_letter_is_recorded_and_not_refused(session, at) -> None:
    case = make.make_case(at=at)
    clauses = exclusions_of(case, at=at).clauses
    report(case, at, condition_in_scope=False, answers={c.code: True for c in clauses})
    assert case.state == "verified"
    assert all(a.applies for a in case.verification.answers)


def test_somebody_elses_document_is_refused(session, at) -> None:
    other = make.make_member()
    with pytest.raises(DocumentMismatch):
        report(make.make_case(at=at), at, document_number=other.document_number)


def test_the_right_number_of_another_kind_of_document_is_refused(session, at) -> None:
    with pytest.raises(DocumentMismatch):
        report(make.make_case(at=at), at, document_type_text="passport")


def test_a_mistyped_resident_id_is_told_apart_from_another_persons(session, at) -> None:
    case = make.make_case(at=at)
    number = case.member.document_number
    wrong = number[:-2] + str((int(number[-2]) + 1) % 10) + number[-1]
    with pytest.raises(BadIdChecksum):
        report(case, at, document_number=wrong)


def test_no_number_and_no_such_document_are_refused(session, at) -> None:
    case = make.make_case(at=at)
    with pytest.raises(MissingDocument):
        report(case, at, document_number="  ")
    with pytest.raises(UnknownDocumentType):
        report(case, at, document_type_text="library card")
    assert case.verifications == []


@pytest.mark.parametrize("answers", [{}, {"DRUNK": False}, {"DRUNK": False, "OTHER": False}])
def test_every_clause_needs_its_answer_and_no_other(session, at, answers) -> None:
    with pytest.raises(ExclusionsIncomplete):
        report(make.make_case(at=at), at, answers=answers)


def test_clauses_that_changed_since_they_were_read_out_are_read_again(session, at) -> None:
    case = make.make_case(at=at)
    old = exclusions_of(case, at=at).label
    new_exclusion_version(
        product=case.enrolment.product,
        clauses=[("NEW", "新条款？", "A new clause?")],
        valid_from=date(2026, 11, 1),
        by=None,
        at=at,
    )
    with pytest.raises(ExclusionsOutdated):
        report(case, at, exclusions_version=old)


def test_a_product_without_exclusions_has_nothing_to_read_out(session, at) -> None:
    enrolment = make.make_enrolment(product=make.make_product(clauses=[]))
    case = make.make_case(enrolment=enrolment, at=at)
    report(case, at)
    assert case.verification.exclusion_version is None


def test_nobody_is_verified_before_it_is_known_who_they_are(session, at) -> None:
    case = make.make_case(at=at)
    case.member = case.enrolment = None
    with pytest.raises(CaseWithoutMember):
        report(case, at)


def test_only_the_hotline_verifies_without_a_document(session, at) -> None:
    case = make.make_case(at=at)
    asked = {"method": Method.PROVISIONAL, "document_number": "", "document_type_text": "家属口述"}
    with pytest.raises(ProvisionalByHotline):
        report(case, at, **asked)
    report(case, at, by=make.make_staff(Role.HOTLINE), **asked)
    assert case.verification.document_due_at == at + timedelta(hours=24)


def test_a_closed_case_is_verified_no_more(session, at) -> None:
    case = make.make_case(at=at)
    end_case(case=case, outcome="left", by=case.opened_by, at=at)
    with pytest.raises(WrongState):
        report(case, at)


def test_a_case_may_be_verified_again_and_the_latest_counts(session, at) -> None:
    case = make.make_case(at=at)
    report(case, at, condition_in_scope=False)
    report(case, at)
    assert len(case.verifications) == 2
    assert case.verification.condition_in_scope
