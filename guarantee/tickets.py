"""Tickets: whatever asks for a person. First contact owns it (首问负责) until another takes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee import audit
from guarantee.db import Base, Moment, PrimaryKey, db, one_of
from guarantee.events import publish
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words

KINDS: dict[str, Words] = {
    "hand_over": Words("转联盟坐席", "Handed to the hotline"),
    "not_eligible": Words("无资格仍要求出函", "Not eligible, insists on a letter"),
    "hospital_refuses": Words("医院拒收", "Hospital refuses"),
    "question": Words("咨询", "Question"),
    "complaint": Words("投诉", "Complaint"),
    "call_back": Words("出院回访", "Call-back after discharge"),
}
DUE: dict[str, timedelta] = {
    "hand_over": timedelta(minutes=5),
    "not_eligible": timedelta(minutes=5),
    "hospital_refuses": timedelta(minutes=10),
    "question": timedelta(hours=24),
    "complaint": timedelta(days=3),
    "call_back": timedelta(hours=24),
}


class TicketDone(Conflict):
    code = "ticket_done"
    words = Words("该工单已办结。", "This ticket is done already.")


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("done_at IS NULL OR answer <> ''", name="done_has_answer"),
        CheckConstraint("done_at IS NULL OR owner_id IS NOT NULL", name="done_by_somebody"),
        Index("ix_tickets_open", "done_at", "due_at"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    center_id: Mapped[int | None] = mapped_column(ForeignKey("centers.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    opened_at: Mapped[Moment]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
    opened_by: Mapped[Staff | None] = relationship(foreign_keys=[opened_by_id])


def open_ticket(
    *,
    kind: str,
    by: Staff | None,
    at: datetime,
    note: str = "",
    center_id: int | None = None,
    case_id: int | None = None,
) -> Ticket:
    """Put something on the hotline's queue, due as `DUE` says."""
    ticket = Ticket(
        kind=kind,
        note=note,
        center_id=center_id,
        case_id=case_id,
        opened_at=at,
        opened_by_id=by.id if by else None,
        due_at=at + DUE[kind],
    )
    db.session.add(ticket)
    db.session.flush()
    audit.record(by=by, at=at, action="ticket opened", subject=f"ticket:{ticket.id}", kind=kind)
    publish(topic="role:hotline", kind="ticket", at=at, ticket=ticket.id)
    return ticket


def take(*, ticket: Ticket, by: Staff, at: datetime) -> None:
    """Own a ticket. Refuses `ticket_done`."""
    if ticket.done_at:
        raise TicketDone()
    ticket.owner_id = by.id
    audit.record(by=by, at=at, action="ticket taken", subject=f"ticket:{ticket.id}")
    _tell_center(ticket, at)


def finish(*, ticket: Ticket, answer: str, by: Staff, at: datetime) -> None:
    """Close a ticket with what was advised or decided. Refuses `ticket_done`."""
    if ticket.done_at:
        raise TicketDone()
    ticket.owner_id, ticket.done_at, ticket.answer = by.id, at, answer
    audit.record(by=by, at=at, action="ticket done", subject=f"ticket:{ticket.id}")
    _tell_center(ticket, at)


def _tell_center(ticket: Ticket, at: datetime) -> None:
    """Whoever handed it over sees that somebody is at it, and what was answered."""
    center = db.session.get(Center, ticket.center_id) if ticket.center_id else None
    if center is not None:
        publish(
            topic=f"center:{center.code}",
            kind="ticket",
            at=at,
            ticket=ticket.id,
            case=ticket.case_id,
        )
