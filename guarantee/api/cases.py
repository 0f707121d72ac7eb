"""Cases: opened for a patient, verified at the scene."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import current_app
from pydantic import Field, model_validator
from sqlalchemy import select

from guarantee.api.fields import (
    Code,
    Id,
    In,
    Line,
    Moment,
    Out,
    Page,
    cut,
)
from guarantee.api.members import MemberOut, masked
from guarantee.api.operation import me, operation
from guarantee.business_time import now
from guarantee.cases import intake
from guarantee.cases.models import Case, Condition, Method, Verification
from guarantee.cases.verification import ExclusionsIncomplete, verify
from guarantee.cases.visible import call_at, case_for, incident_at, member_for, visible_cases
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.transaction import note_view
from guarantee.letters.models import Letter
from guarantee.parties.centers import center_by_code
from guarantee.roles import Role
from guarantee.tables import CASE

blueprint = APIBlueprint("api_cases", __name__, tag="Cases", url_prefix="/api/v1")

_READERS = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.SUPERVISOR,
    Role.ALLIANCE_FINANCE,
    Role.INSURER,
    Role.ADMIN,
    Role.AUDITOR,
)


class CaseIn(In):
    center: Code
    member_id: Id | None = None
    caller: Annotated[Line, Field(max_length=60)]
    condition: Condition
    location: Line = ""
    call_id: Annotated[Code, Field(max_length=80)] | None = None
    """The telephone system's id of the call it came from."""
    incident: Id | None = None
    """Another case's `incident`: several members in one accident."""


class MemberIn(In):
    member_id: Id


class AnswerIn(In):
    code: Annotated[Code, Field(max_length=20)]
    applies: bool


class VerificationIn(In):
    method: Method
    document_type: Annotated[Line, Field(max_length=30)] | None = None
    document_number: Annotated[Line, Field(max_length=60)] | None = None
    """Of the document seen; both may be left out when there is none (`provisional`)."""
    condition_in_scope: bool
    exclusions: Annotated[list[AnswerIn], Field(max_length=100)]
    """Each clause of `GET /members/{id}/eligibility`, as it was answered."""
    exclusions_version: Annotated[Line, Field(max_length=60)]

    @model_validator(mode="after")
    def _each_once(self) -> VerificationIn:
        if len({answer.code for answer in self.exclusions}) < len(self.exclusions):
            raise ExclusionsIncomplete()  # two answers to one clause are no answer
        return self


class VerificationOut(Out):
    id: int
    method: Method
    document_type: str
    condition_in_scope: bool
    exclusions: list[AnswerIn]
    exclusions_version: str
    verified_at: Moment
    document_due_at: Moment | None
    """Until when the missing document must be seen, after a provisional verification."""


class LetterLine(Out):
    id: int
    number: str
    kind: str
    state: str


class CaseOut(Out):
    id: int
    reference: str
    center: str
    state: str
    outcome: str
    condition: Condition
    location: str
    incident: int
    opened_at: Moment
    closed_at: Moment | None
    member: MemberOut | None
    verification: VerificationOut | None
    letters: list[LetterLine]


class CaseLine(Out):
    id: int
    reference: str
    center: str
    state: str
    condition: Condition
    opened_at: Moment
    member_id: int | None


class Cases(Out):
    items: list[CaseLine]
    next_cursor: str | None


@blueprint.get("/cases")
@allow(*_READERS)
@operation(Cases, query=Page)
def list_cases(query: Page) -> Cases:
    """My cases, newest first

    A centre's people see their centre's, an insurer its members', headquarters all.
    """
    rows = visible_cases(me()).order_by(Case.id.desc()).limit(query.limit + 1)
    if query.cursor:
        rows = rows.where(Case.id < int(query.cursor))
    found, after = cut(db.session.scalars(rows).all(), query)
    return Cases(items=[_line(case) for case in found], next_cursor=after)


@blueprint.get("/cases/<int:case_id>")
@allow(*_READERS)
@operation(CaseOut)
def get_case(case_id: int) -> CaseOut:
    """A case"""
    case = case_for(case_id, me())
    note_view(action="case viewed", subject=f"case:{case.id}")
    return case_out(case)


@blueprint.post("/cases")
@allow(*CASE.who("issue"))
@operation(CaseOut, status=201, body=CaseIn, idempotent=True)
def open_case(body: CaseIn) -> CaseOut:
    """Open a case for one patient

    The member may be named later. Not being eligible does not stop a case, only a letter.
    """
    center = center_by_code(body.center)
    case = intake.open_case(
        center=center,
        caller=body.caller,
        condition=body.condition,
        by=me(),
        at=now(),
        member=member_for(body.member_id, me()) if body.member_id else None,
        location=body.location,
        call=call_at(center, body.call_id) if body.call_id else None,
        incident=incident_at(center, body.incident) if body.incident else None,
    )
    return case_out(case)


@blueprint.post("/cases/<int:case_id>/member")
@allow(*CASE.who("issue"))
@operation(CaseOut, body=MemberIn, idempotent=True)
def name_member(case_id: int, body: MemberIn) -> CaseOut:
    """Say who the patient is

    Once it is verified the member stays (`member_fixed`). A call has one open case for a member:
    where there is one, go on with that (`case_of_call_open`).
    """
    case = case_for(case_id, me())
    intake.name_member(case=case, member=member_for(body.member_id, me()), by=me(), at=now())
    return case_out(case)


@blueprint.post("/cases/<int:case_id>/verification")
@allow(*CASE.who("verify"))
@operation(VerificationOut, status=201, body=VerificationIn, idempotent=True)
def verify_case(case_id: int, body: VerificationIn) -> VerificationOut:
    """What was established at the scene

    The document against the card, the condition, every exclusion read out and answered. What
    stands against a letter is recorded too; issuing then refuses. Without a document only the
    hotline verifies, provisionally.
    """
    made = verify(
        case=case_for(case_id, me()),
        method=body.method,
        document_type_text=body.document_type or "",
        document_number=body.document_number or "",
        condition_in_scope=body.condition_in_scope,
        answers={answer.code: answer.applies for answer in body.exclusions},
        exclusions_version=body.exclusions_version,
        by=me(),
        at=now(),
        provisional_for=timedelta(hours=current_app.config["SETTINGS"].provisional_hours),
    )
    return _verification(made)


def case_out(case: Case) -> CaseOut:
    """A case as the API shows one; its patient masked."""
    query = select(Letter).where(Letter.case_id == case.id).order_by(Letter.id)
    verified = case.verification
    return CaseOut(
        id=case.id,
        reference=case.reference,
        center=case.center.code,
        state=case.state,
        outcome=case.outcome,
        condition=Condition(case.condition),
        location=case.location,
        incident=case.incident.id,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        member=masked(case.member) if case.member else None,
        verification=_verification(verified) if verified else None,
        letters=[
            LetterLine(id=letter.id, number=letter.number, kind=letter.kind, state=letter.state)
            for letter in db.session.scalars(query)
        ],
    )


def _line(case: Case) -> CaseLine:
    return CaseLine(
        id=case.id,
        reference=case.reference,
        center=case.center.code,
        state=case.state,
        condition=Condition(case.condition),
        opened_at=case.opened_at,
        member_id=case.member_id,
    )


def _verification(made: Verification) -> VerificationOut:
    return VerificationOut(
        id=made.id,
        method=Method(made.method),
        document_type=made.document_type,
        condition_in_scope=made.condition_in_scope,
        exclusions=[AnswerIn(code=a.code, applies=a.applies) for a in made.answers],
        exclusions_version=made.exclusion_version.label if made.exclusion_version else "",
        verified_at=made.verified_at,
        document_due_at=made.document_due_at,
    )
