"""The ambulance is at the hospital: noted once, by whoever of the crew says so first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.audit import AuditRecord
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.events import publish
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff

ARRIVED = "arrived at hospital"


def arrived_at(case: Case, hospital: Hospital) -> datetime | None:
    """When the case's ambulance reached this hospital; None while it is under way.

    Read from the audit trail, where each arrival is kept with who said so.
    """
    query = select(AuditRecord).where(
        AuditRecord.subject == f"case:{case.id}", AuditRecord.action == ARRIVED
    )
    for noted in db.session.scalars(query.order_by(AuditRecord.id)):
        if noted.facts.get("hospital") == hospital.code:
            return noted.at
    return None


def note_arrival(*, case: Case, hospital: Hospital, by: Staff, at: datetime) -> datetime:
    """Note the arrival; said again, it answers the first moment."""
    if before := arrived_at(case, hospital):
        return before
    audit.record(by=by, at=at, action=ARRIVED, subject=f"case:{case.id}", hospital=hospital.code)
    publish(topic=f"center:{case.center.code}", kind="arrived", at=at, case=case.id)
    return at
