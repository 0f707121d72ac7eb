"""One key hands a call to the hotline, and says why; pressed again, it is the same ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from guarantee.cases.intake import OtherCenter, standing_of
from guarantee.cases.models import Call, Case
from guarantee.db import db
from guarantee.events import publish
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.tickets import Ticket, open_ticket

KINDS = ("hand_over", "not_eligible")


def hand_over(
    *,
    center: Center,
    by: Staff,
    at: datetime,
    case: Case | None = None,
    call: Call | None = None,
    note: str = "",
) -> Ticket:
    """The ticket that asks the hotline to take the case (or the call without one) over.

    Somebody who is not eligible and insists is recorded as that. While such a ticket of the case
    is open, it is the answer. Refuses `other_center`.
    """
    allowed = by.center_ids()
    if allowed is not None and center.id not in allowed:
        raise OtherCenter()
    if call is not None and case is None:
        note = f"来电 {call.id} {note}".strip()
    if waiting := _waiting(center, case, note):
        return waiting
    made = open_ticket(
        kind=_kind(case, at),
        by=by,
        at=at,
        note=note,
        center_id=center.id,
        case_id=case.id if case else None,
    )
    publish(
        topic=f"center:{center.code}",
        kind="handed_over",
        at=at,
        ticket=made.id,
        **({"case": case.id} if case else {}),
    )
    return made


def tickets_of(case: Case) -> list[Ticket]:
    """Everything the hotline was asked about this case, latest first."""
    query = select(Ticket).where(Ticket.case_id == case.id).order_by(Ticket.id.desc())
    return list(db.session.scalars(query))


def _kind(case: Case | None, at: datetime) -> str:
    if case is None or case.member is None:
        return "hand_over"
    eligible = standing_of(case.member, at=at, besides=case).verdict.eligible
    return "hand_over" if eligible else "not_eligible"


def _waiting(center: Center, case: Case | None, note: str) -> Ticket | None:
    query = select(Ticket).where(
        Ticket.kind.in_(KINDS), Ticket.done_at.is_(None), Ticket.center_id == center.id
    )
    if case is not None:
        query = query.where(Ticket.case_id == case.id)
    else:
        query = query.where(Ticket.case_id.is_(None), Ticket.note == note)
    return db.session.scalar(query.order_by(Ticket.id).limit(1))
