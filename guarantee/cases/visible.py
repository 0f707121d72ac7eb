"""Which cases a person may see: one's own centre's, a hospital none, headquarters all."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from guarantee.cases.models import Call, Case, Incident
from guarantee.db import db
from guarantee.members.models import Enrolment, Member, Policy
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.roles import Role


class UnknownCase(NotFound):
    code = "unknown_case"
    words = Words("没有这个案例。", "There is no such case.")


class UnknownMember(NotFound):
    code = "unknown_member"
    words = Words("没有这位会员。", "There is no such member.")
    field = "member_id"


class UnknownCall(NotFound):
    code = "unknown_call"
    words = Words("没有这通来电的记录。", "There is no record of this call.")
    field = "call_id"


class UnknownIncident(NotFound):
    code = "unknown_incident"
    words = Words("没有这个事件。", "There is no such incident.")
    field = "incident"


def visible_cases(viewer: Staff) -> Select[Case]:
    """The cases this person may see, as a query to filter further."""
    query = select(Case)
    if viewer.role == Role.INSURER:
        return (
            query.join(Enrolment, Enrolment.id == Case.enrolment_id)
            .join(Policy, Policy.id == Enrolment.policy_id)
            .where(Policy.insurer_id == viewer.insurer_id)
        )
    if viewer.role == Role.BILLING_DESK:
        return query.where(false())
    centers = viewer.center_ids()
    return query if centers is None else query.where(Case.center_id.in_(centers))


def case_for(case_id: int, viewer: Staff) -> Case:
    """The case, if there is one and this person may see it. Refuses `unknown_case` for both."""
    found = db.session.scalar(visible_cases(viewer).where(Case.id == case_id))
    if found is None:
        raise UnknownCase()
    return found


def member_for(member_id: int, viewer: Staff) -> Member:
    """The member, if this person may ask about them: a crew only about patients of its own cases.

    Refuses `unknown_member`.
    """
    found = db.session.get(Member, member_id)
    if found is not None and viewer.role == Role.CREW:
        own = visible_cases(viewer).where(Case.member_id == member_id).limit(1)
        found = found if db.session.scalar(own) else None
    if found is None:
        raise UnknownMember()
    return found


def call_at(center: Center, call_id: str) -> Call:
    """The centre's call of this id, as the telephone system named it. Refuses `unknown_call`."""
    query = select(Call).where(Call.center_id == center.id, Call.call_id == call_id)
    found = db.session.scalar(query)
    if found is None:
        raise UnknownCall()
    return found


def incident_at(center: Center, incident_id: int) -> Incident:
    """The centre's incident of this id. Refuses `unknown_incident`."""
    found = db.session.get(Incident, incident_id)
    if found is None or found.center_id != center.id:
        raise UnknownIncident()
    return found
