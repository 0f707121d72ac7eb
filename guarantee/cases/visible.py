"""Which cases a person may see: one's own centre's, a hospital none, headquarters all."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.members.models import Enrolment, Policy
from guarantee.parties.staff import Staff
from guarantee.refusals import NotFound, Words
from guarantee.roles import Role


class UnknownCase(NotFound):
    code = "unknown_case"
    words = Words("没有这个案例。", "There is no such case.")


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
